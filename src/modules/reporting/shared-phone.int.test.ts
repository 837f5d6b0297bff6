import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Visitor } from '../casework/testing/desk-fixture.ts';
import { type House, openHouse } from '../helpline/testing/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const SECRET = 'Une phrase que personne ne doit relire';

/** Somebody who has written as far as the review. */
async function writer(): Promise<Visitor> {
  const visitor = new Visitor(house.server);
  await visitor.get('/fr/report');
  await visitor.post('/fr/report/who', { reporter: 'child' });
  await visitor.post('/fr/report/danger', { danger: 'yes' });
  await visitor.post('/fr/report/what', { category: 'harassment' });
  await visitor.post('/fr/report/story', { narrative: SECRET });
  return visitor;
}

/** Opens an address as a browser does that says how it came there. */
async function open(visitor: Visitor, url: string, site?: string) {
  const answer = await house.server.inject({
    method: 'GET',
    url,
    headers: {
      cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(site ? { 'sec-fetch-site': site } : {}),
    },
  });
  for (const c of answer.cookies) visitor.cookies.set(c.name, c.value);
  return answer;
}

describe('a question’s address on a shared phone', () => {
  it.each(['same-origin', undefined])('opens within the form, and in browsers that do not say (%s)', async (site) => {
    const visitor = await writer();
    expect((await open(visitor, '/fr/report/review', site)).body).toContain(SECRET);
    expect((await open(visitor, '/fr/report/now', site)).statusCode).toBe(200);
  });

  it.each(['none', 'cross-site', 'same-site'])(
    'leads to the first one from outside (%s), and the draft ends',
    async (site) => {
      for (const step of ['review', 'story', 'who', 'now', 'contact', 'nothing']) {
        const visitor = await writer();
        const answer = await open(visitor, `/fr/report/${step}`, site);
        expect([answer.statusCode, answer.headers.location]).toEqual([303, '/fr/report']);
        expect(answer.body).not.toContain(SECRET);
        const first = await open(visitor, '/fr/report', site);
        expect(first.body).not.toContain('checked');
        // Not by going through the pages again either.
        await visitor.post('/fr/report/who', { reporter: 'child' });
        expect((await open(visitor, '/fr/report/review', 'same-origin')).body).not.toContain(SECRET);
      }
    },
  );
});
