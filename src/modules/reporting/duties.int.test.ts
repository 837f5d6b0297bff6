import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Visitor } from '../casework/testing/desk-fixture.ts';
import { type House, openHouse } from '../helpline/testing/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

/** The form's last page, as somebody of this kind sees it. */
async function reviewAs(reporter: string, category: string): Promise<string> {
  const visitor = new Visitor(house.server);
  await visitor.get('/fr/report');
  await visitor.post('/fr/report/who', { reporter });
  await visitor.post('/fr/report/danger', { danger: 'no' });
  await visitor.post('/fr/report/what', { category });
  await visitor.post('/fr/report/where', { links: 'http://photos.sample-host.example/p/9' });
  return (await visitor.get('/fr/report/review')).body;
}

describe('what may have to be reported by law', () => {
  it('is said to professionals before they send, by category, and to nobody else', async () => {
    const seen = await reviewAs('professional', 'grooming');
    expect(seen).toContain('Vous devez peut-être aussi le signaler vous-même');
    expect(seen).toContain('Aviser le procureur');
    expect(seen).toContain('un juriste doit la confirmer');
    expect(await reviewAs('professional', 'fraud-impersonation')).not.toContain('Aviser le procureur');
    for (const reporter of ['child', 'parent', 'witness'])
      expect(await reviewAs(reporter, 'grooming')).not.toContain('le signaler vous-même');
  });

  it('stands on the item’s page for whoever sits there, with how the reporter hears of it', async () => {
    const { id } = await house.childReports({
      links: ['http://photos.sample-host.example/p/8'],
    });
    const [item] = await house.casework.itemsOfReport(id);
    const page = await (await house.as('analyst')).get(`/desk/items/${item?.id}`);
    expect(page.body).toContain('What may have to be reported by law');
    expect(page.body).toContain('A working reading, for counsel to confirm');
    expect(page.body).toContain('where that is safe');
  });
});
