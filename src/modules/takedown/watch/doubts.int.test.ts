import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normaliseUrl } from '../../../../packages/web-address/index.ts';
import { withdrawn } from '../index.ts';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
/** Whose every address is, so that a test can move a site. */
let asn = 64_500;
const withdrawals: { item: string; by: string }[] = [];
beforeAll(async () => {
  scene = await openScene({ seed: 31, networks: { lookUp: async () => ({ asn }) } });
  scene.world.desk.mode = 'silent';
  scene.platform.events.on(withdrawn, async (_tx, { item, by }) => {
    withdrawals.push({ item, by });
  });
});
afterAll(() => scene.close());

let photos = 700;
async function watched() {
  const page = `http://photos.sample-host.example/p/${++photos}`;
  const { item, report } = await scene.report({ url: page });
  await scene.assess(item);
  await scene.notice(item, 'queued');
  await scene.pass(0);
  return { item, report, page };
}
const watch = async (item: string) => {
  const row = await scene.takedown.watches.find(scene.platform.db, item);
  if (!row) throw new Error('not watched');
  return row;
};
const listed = async (item: string) =>
  (await scene.takedown.watches.doubtful(scene.platform.db, 100)).some((w) => w.item === item);
const stateOf = async (item: string) => (await scene.casework.item(item)).state;
const account = async (key: string) =>
  scene.report({ accounts: [{ platform: 'instagram', name: 'made_up_name', key }], visibility: 'many' });
/** What the reporter is asked now, and an answer. */
const asked = async (report: string) => (await scene.reporting.mailbox.view(report)).stillThere;
const says = (report: string, question: string | undefined, answer: string) =>
  scene.reporting.mailbox.answerStillThere(report, question ?? '', answer);

describe('doubtful looks', () => {
  it('stand with what was there before, side by side, and a ruling holds until something changes', async () => {
    const { item, page } = await watched();
    scene.world.sites.set(page, 'removed-notice');
    await scene.pass(31_000);
    const analyst = await scene.signedIn('analyst');
    const answer = await analyst.get('/desk/doubts');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain(page);
    for (const words of ['The page says that the content was removed.', 'At first sight', 'Pictures and videos'])
      expect(answer.body).toContain(words);
    const seen = (await watch(item)).last_signature ?? '';

    await analyst.post(`/desk/doubts/${item}`, { decision: 'there', seen });
    expect(await listed(item)).toBe(false);
    // The same answer again is no new question; looks go on.
    const before = (await watch(item)).looks;
    await scene.pass(61_000);
    expect((await watch(item)).looks).toBe(before + 1);
    expect(await listed(item)).toBe(false);
    expect(await stateOf(item)).toBe('asked');
    // Another answer is.
    scene.world.sites.set(page, 'soft-404');
    await scene.pass(61_000);
    expect(await listed(item)).toBe(true);

    // What was shown is no longer what is there: nothing is decided.
    const late = await analyst.post(`/desk/doubts/${item}`, { decision: 'gone', seen });
    expect(late.statusCode).toBe(409);
    expect(await stateOf(item)).toBe('asked');
    await analyst.get('/desk/doubts');
    const again = await analyst.post(`/desk/doubts/${item}`, { decision: 'again', seen });
    expect(again.statusCode).toBe(303);
    await scene.pass(0);
    const now = (await watch(item)).last_signature ?? '';
    await analyst.post(`/desk/doubts/${item}`, { decision: 'gone', seen: now });
    expect(await stateOf(item)).toBe('gone');
    expect(withdrawals.filter((w) => w.item === item)).toEqual([{ item, by: 'person' }]);
    expect(await listed(item)).toBe(false);
    // The same page after the closing is what the person saw.
    await scene.pass(61_000);
    expect(await listed(item)).toBe(false);
  });

  it('keep since when they wait while the answer is the same', async () => {
    const { item, page } = await watched();
    scene.world.sites.set(page, 'parked');
    await scene.pass(31_000);
    const since = (await watch(item)).doubt_since;
    expect(since).not.toBeNull();
    await scene.pass(61_000);
    expect((await watch(item)).doubt_since).toEqual(since);
    scene.world.sites.set(page, 'up');
    await scene.pass(61_000);
    expect((await watch(item)).doubt_since).toBeNull();
    expect(await listed(item)).toBe(false);
  });

  it('are no question where the content itself was seen', async () => {
    const { item } = await watched();
    const analyst = await scene.account('analyst');
    await expect(scene.takedown.outcomes.confirmAsIs(item, analyst)).rejects.toThrow('TAKEDOWN_NO_LOOK');
  });
});

describe('what nobody of us can look at', () => {
  it('is closed by a reporter’s word and a second person, counted apart', async () => {
    const { item, report } = await account('one');
    await scene.assess(item);
    const { outcomes, watches } = scene.takedown;
    const [asks, confirms] = [await scene.account('analyst'), await scene.account('senior-analyst')];
    await expect(outcomes.confirmGone(item, confirms)).rejects.toThrow('TAKEDOWN_NO_LOOK');
    await outcomes.askReporters(item, asks);
    expect(await asked(report)).toHaveLength(1);
    await expect(outcomes.confirmGone(item, confirms)).rejects.toThrow('TAKEDOWN_NO_LOOK');
    const [question] = await asked(report);
    expect(question?.place).toEqual({ kind: 'account', platform: 'instagram', name: 'made_up_name' });
    await says(report, question?.id, 'gone');
    // The first answer counts.
    await says(report, question?.id, 'there');
    expect(await asked(report)).toEqual([]);
    await expect(outcomes.confirmGone(item, asks)).rejects.toThrow('TAKEDOWN_SECOND_PERSON');
    await outcomes.confirmGone(item, confirms);
    expect(await stateOf(item)).toBe('gone');
    expect(withdrawals.filter((w) => w.item === item)).toEqual([{ item, by: 'reporter-word' }]);
    const month = scene.platform.clock.now().toISOString().slice(0, 7);
    const counted = await watches.withdrawals(scene.platform.db, 'UTC', [month]);
    expect(counted['reporter-word']).toBe(1);
    expect(Object.values(counted).reduce((a, b) => a + b)).toBe(withdrawals.length);
  });

  it('stays open when the reporter still sees it, and can be asked again', async () => {
    const { item, report } = await account('two');
    await scene.assess(item);
    const [asks, confirms] = [await scene.account('analyst'), await scene.account('senior-analyst')];
    await scene.takedown.outcomes.askReporters(item, asks);
    await says(report, (await asked(report))[0]?.id, 'there');
    await expect(scene.takedown.outcomes.confirmGone(item, confirms)).rejects.toThrow('TAKEDOWN_NO_LOOK');
    await scene.takedown.outcomes.askReporters(item, asks);
    expect(await asked(report)).toHaveLength(1);
  });

  it('is asked and answered for each thing that a report names, in the reporter’s own words', async () => {
    const typed = [++photos, ++photos].map((n) => `HTTP://Photos.Sample-Host.example/p/${n}`) as [string, string];
    const links = typed.map((t) => {
      const link = normaliseUrl(t, { fragmentHosts: new Set() });
      if (!link.ok) throw new Error(t);
      return { url: link.url, key: link.key, original: t };
    });
    const { report } = await scene.report({ links });
    const items = await scene.casework.itemsOfReport(report);
    const [one, two] = links.map((l) => items.find((i) => i.url === l.url)?.id) as [string, string];
    const someoneElse = await scene.report({ url: links[0]?.url as string });
    const [asks, confirms] = [await scene.account('analyst'), await scene.account('senior-analyst')];
    for (const item of [one, two]) {
      await scene.assess(item);
      await scene.notice(item, 'queued');
    }
    for (const l of links) scene.world.sites.set(l.url, 'login-wall');
    await scene.pass(0);
    await scene.pass(31_000);
    for (const item of [one, two]) await scene.takedown.outcomes.askReporters(item, asks);
    const questions = await asked(report);
    expect(questions.map((q) => q.place)).toEqual(typed.map((t) => ({ kind: 'link', typed: t })));
    // Nothing in what is sent back names what others reported too.
    expect(questions.map((q) => q.id).filter((id) => [one, two].includes(id))).toEqual([]);

    // One is gone; of the other nothing was said.
    await expect(says(report, questions[0]?.id, 'perhaps')).rejects.toThrow('REPORTING_INVALID');
    await says(someoneElse.report, questions[1]?.id, 'gone');
    await says(report, questions[0]?.id, 'gone');
    expect((await asked(report)).map((q) => q.place)).toEqual([{ kind: 'link', typed: typed[1] }]);
    await expect(scene.takedown.outcomes.confirmGone(two, confirms)).rejects.toThrow('TAKEDOWN_NO_LOOK');
    await scene.takedown.outcomes.confirmGone(one, confirms);
    expect(await stateOf(one)).toBe('gone');
    expect(await stateOf(two)).toBe('asked');
    await says(report, questions[1]?.id, 'there');
    const { rows } = await scene.platform.pool.query<{ n: number }>(
      `select count(*)::int as n from audit.entry where action = 'reporting.still-there.answered' and subject = $1`,
      [`reporting.report:${report}`],
    );
    expect(rows[0]?.n).toBe(2);
    await expect(scene.takedown.outcomes.confirmGone(two, confirms)).rejects.toThrow('TAKEDOWN_NO_LOOK');
  });

  it('a reporter’s word closes a wall too', async () => {
    const { item, report, page } = await watched();
    scene.world.sites.set(page, 'login-wall');
    await scene.pass(31_000);
    const [asks, confirms] = [await scene.account('analyst'), await scene.account('senior-analyst')];
    await scene.takedown.outcomes.askReporters(item, asks);
    await says(report, (await asked(report))[0]?.id, 'gone');
    await scene.takedown.outcomes.confirmGone(item, confirms);
    expect(withdrawals.filter((w) => w.item === item)).toEqual([{ item, by: 'reporter-word' }]);
    // A sight of it afterwards opens it again.
    scene.world.sites.set(page, 'up');
    await scene.pass(61_000);
    expect(await stateOf(item)).toBe('illegal');
  });
});

describe('content that moves to another network', () => {
  it('is demanded of nobody when it is lawful', async () => {
    const page = `http://photos.sample-host.example/p/${++photos}`;
    const { item } = await scene.report({ url: page });
    await scene.assess(item, { outcome: 'harmful', legalArticles: [] });
    const hint = await scene.notice(item, 'queued', 'no-contact');
    await scene.takedown.store.move(scene.platform.db, hint.id, 'not-illegal', 'system');
    await scene.pass(0);
    asn = 64_777;
    await scene.pass(31_000);
    await expect
      .poll(
        async () =>
          (await scene.platform.pool.query(`select 1 from casework.history where item = $1 and what = 'moved'`, [item]))
            .rows.length,
        { timeout: 10_000 },
      )
      .toBe(1);
    asn = 64_500;
    expect((await scene.notices(item)).map((n) => n.purpose)).toEqual(['terms']);
  });

  it('is traced anew, once; who was told already is not told again', async () => {
    const { item } = await watched();
    await scene.notice(item, 'queued', 'sent');
    asn = 64_501;
    await scene.pass(31_000);
    expect(await watch(item)).toMatchObject({ last_state: 'moved-host', moved_to: 64_501, state: 'open' });
    await scene.pass(31_000);
    await expect
      .poll(
        async () => {
          const rows = await scene.platform.db
            .withTables<{ 'takedown.trace': { item: string } }>()
            .selectFrom('takedown.trace')
            .select('item')
            .where('item', '=', item)
            .execute();
          return rows.length;
        },
        { timeout: 15_000 },
      )
      .toBe(2);
    // The same host's desk answers for it: one notice stands.
    expect(await scene.notices(item)).toHaveLength(1);
    asn = 64_500;
  });

  it('gets a notice to whoever carries it now, and the earlier one stays', async () => {
    const { item } = await watched();
    const first = await scene.notice(item, 'queued', 'sent');
    await scene.takedown.store.setFields(scene.platform.db, first.id, { contact: 'abuse@before.example' });
    asn = 64_502;
    await scene.pass(31_000);
    await expect.poll(async () => (await scene.notices(item)).length, { timeout: 15_000 }).toBe(2);
    expect((await scene.notices(item)).map((n) => n.round)).toEqual([1, 1]);
    asn = 64_500;
  });
});
