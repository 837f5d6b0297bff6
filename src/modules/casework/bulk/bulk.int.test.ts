import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type Desk, type Visitor } from '../testing/desk-fixture.ts';

const GOOD =
  'url;category;text\r\nhttps://bulk.example/1;privacy;=cmd\r\nhttps://bulk.example/2;harassment;A list of names\r\n';

describe('reports from a file', () => {
  let desk: Desk;
  let analyst: Visitor;
  beforeAll(async () => {
    desk = await createDesk();
    analyst = await desk.as('analyst');
  });
  afterAll(async () => {
    await desk?.platform.jobs.stop();
    await desk?.close();
  });

  const reports = async () =>
    (await desk.platform.pool.query<{ n: number }>('select count(*)::int as n from reporting.report')).rows[0]?.n;
  const done = (id: string) =>
    expect.poll(async () => (await desk.casework.bulk.find(id)).state, { timeout: 60_000 }).toBe('done');

  /** Sends a file as a browser without a script does. */
  async function upload(content: string | Buffer, token?: string) {
    const page = await analyst.get('/desk/bulk');
    const csrf = token ?? /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const edge = 'xxEDGExx';
    const payload = Buffer.concat([
      Buffer.from(
        `--${edge}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${csrf}\r\n--${edge}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n`,
      ),
      Buffer.from(content),
      Buffer.from(`\r\n--${edge}--\r\n`),
    ]);
    const cookie = [...analyst.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    return desk.server.inject({
      method: 'POST',
      url: '/desk/bulk',
      headers: { cookie, 'content-type': `multipart/form-data; boundary=${edge}` },
      payload,
    });
  }

  it('shows every fault of every line before anything is a report', async () => {
    const answer = await upload(
      'url,platform,account,category,language,danger,age,seen,text\nnot an address,,,privacy,,,,,\nhttps://ok.example,,,nothing,xx,maybe,3,all,\n,,,privacy,,,,,\n,,name,privacy,,,,,\nhttps://ok.example,,,privacy,,,,,\n',
    );
    expect(answer.statusCode).toBe(303);
    const { body } = await analyst.get(answer.headers.location as string);
    for (const words of [
      'Not a web address',
      'Not one of the categories',
      'ar, fr, en or zgh',
      'yes or no',
      'Not one of the age bands',
      'reporter-only, few, many, public or unknown',
      'An address, an account or a text is needed',
      'An account needs its app and its name',
      'Nothing has become a report yet',
      'Make one report',
    ])
      expect(body).toContain(words);
    expect(await reports()).toBe(0);
  });

  it('says what is wrong with a file that can’t be read, and takes none without the proof of our form', async () => {
    const broken = await upload(Buffer.from([0x63, 0xe9, 0x2c]));
    expect(broken.statusCode).toBe(400);
    expect(broken.body).toContain('CSV UTF-8');
    expect((await upload(GOOD, 'forged')).statusCode).toBe(403);
    const onCall = await desk.as('on-call');
    expect((await onCall.get('/desk/bulk')).statusCode).toBe(403);
  });

  it('makes reports in the background, once however often the file or the button is used', async () => {
    await desk.platform.jobs.start(desk.platform.pool, 1);
    const first = (await upload(GOOD)).headers.location as string;
    const id = first.split('/').at(-1) as string;
    const sealed = await desk.platform.pool.query('select b::text as row from casework.bulk b');
    for (const { row } of sealed.rows) expect(row).not.toContain('list of names');
    await analyst.get(first);
    await analyst.post(`${first}/start`);
    await analyst.post(`${first}/start`);
    await done(id);
    expect(await reports()).toBe(2);
    const second = (await upload(GOOD.replaceAll(';', ','))).headers.location as string;
    // A day later the submission keys are gone.
    desk.platform.clock.advance(25 * 3_600_000);
    analyst = await desk.as('analyst');
    await desk.platform.ticks.run('reporting.submission-keys');
    await analyst.get(second);
    await analyst.post(`${second}/start`);
    await done(second.split('/').at(-1) as string);
    expect(await reports()).toBe(2);
    const result = await analyst.get(`${second}/result.csv`);
    expect(result.headers['content-type']).toContain('text/csv');
    expect(
      result.body
        .split('\r\n')
        .slice(1, 3)
        .every((l) => l.includes('was a report already')),
    ).toBe(true);
    const left = await desk.platform.pool.query(
      "select 1 from casework.bulk where state = 'done' and data_key is not null",
    );
    expect(left.rowCount).toBe(0);
    expect((await analyst.get(first)).body).toContain('Download the result');
  });

  it('puts aside what nobody starts', async () => {
    const at = (await upload(GOOD)).headers.location as string;
    desk.platform.clock.advance(25 * 3_600_000);
    analyst = await desk.as('analyst');
    await desk.platform.ticks.run('casework.bulk');
    expect(await desk.casework.bulk.find(at.split('/').at(-1) as string)).toMatchObject({ state: 'dropped' });
    await analyst.get(at);
    expect((await analyst.post(`${at}/start`)).statusCode).toBe(409);
  });

  it('takes five thousand rows in one go', { timeout: 120_000 }, async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `https://five-${i % 50}.example/${i},privacy,`);
    const at = (await upload(`url,category,text\n${lines.join('\n')}\n`)).headers.location as string;
    await analyst.get(at);
    await analyst.post(`${at}/start`);
    await done(at.split('/').at(-1) as string);
    expect(await reports()).toBe(5002);
  });
});
