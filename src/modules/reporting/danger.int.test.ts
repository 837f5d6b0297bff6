import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectingMailer, createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { createReporting, type Duty, type Reporting } from './index.ts';
import type { ReportingTables } from './schema.ts';
import { reportInput as input } from './testing/report-input.ts';

const people = {
  nora: { id: '00000000-0000-7000-8000-000000000001', name: 'Nora', email: 'nora@e-salama.test', lang: 'fr' as const },
  idir: { id: '00000000-0000-7000-8000-000000000002', name: 'Idir', email: 'idir@e-salama.test', lang: 'ar' as const },
  sara: { id: '00000000-0000-7000-8000-000000000003', name: 'Sara', email: 'sara@e-salama.test', lang: 'en' as const },
};

describe('danger on a real database', () => {
  let platform: TestPlatform;
  let reporting: Reporting;
  let duty: Duty;
  const mailer = collectingMailer();

  beforeAll(async () => {
    platform = await createTestPlatform({ mailer });
    reporting = createReporting(platform, {
      duty: async () => duty,
      zone: 'Africa/Casablanca',
      categoryName: (id) => id,
    });
  });
  afterAll(() => platform.close());

  const tables = () => platform.db.withTables<ReportingTables>();

  it('pages whoever is on duty at once, then the second and everybody, until somebody takes it', async () => {
    duty = { first: people.nora, second: people.idir, everybody: [people.nora, people.idir, people.sara] };
    mailer.sent.length = 0;
    const { id } = await reporting.submit(input('d1', { danger: true }));
    const run = async () => {
      await platform.ticks.run('reporting.danger-steps');
      await platform.ticks.run('reporting.danger-deliveries');
    };
    await run();
    await run();
    expect(mailer.sent.map((m) => m.to)).toEqual([people.nora.email]);
    platform.clock.advance(5 * 60_000);
    await run();
    expect(mailer.sent.map((m) => m.to).sort()).toEqual(
      [people.idir.email, people.nora.email, people.nora.email].sort(),
    );
    platform.clock.advance(5 * 60_000);
    await run();
    expect(mailer.sent).toHaveLength(6);
    expect(new Set(mailer.sent.map((m) => m.messageId)).size).toBe(6);
    const [page] = await reporting.dangerOfReports(platform.db, [id]);
    await reporting.acknowledgeDanger(page?.id ?? '', people.idir.id);
    platform.clock.advance(60 * 60_000);
    await run();
    expect(mailer.sent).toHaveLength(6);
    const { rows } = await platform.pool.query(`select action from audit.entry where subject = $1 order by at, id`, [
      `reporting.danger_page:${page?.id}`,
    ]);
    expect(rows.map((r) => r.action)).toEqual([
      'reporting.danger.raised',
      'reporting.danger.paged',
      'reporting.danger.escalated',
      'reporting.danger.escalated',
      'reporting.danger.acknowledged',
    ]);
  });

  it('mails hold no word of the report', () => {
    for (const mail of mailer.sent) expect(mail.text).not.toContain('moque');
  });

  it('is heard in words, in any field, before the report is sent, and once for a draft', async () => {
    duty = { first: people.nora, everybody: [people.nora] };
    const created = await reporting.drafts.create(platform.db, 'ar');
    let draft = await reporting.drafts.save(platform.db, created.draft, {
      answers: { reporter: 'child', category: 'other', danger: 'no' },
    });
    draft = await reporting.drafts.save(platform.db, draft, { sealed: { narrative: 'بغيت نموت' } });
    draft = await reporting.drafts.save(platform.db, draft, {
      sealed: { contact: { value: 'x', safeToCall: 'no', when: 'ساكن معايا', sharedWith: '' } },
    });
    const pages = await tables()
      .selectFrom('reporting.danger_page')
      .selectAll()
      .where('subject', '=', draft.id)
      .execute();
    expect(pages).toHaveLength(1);
    expect(pages[0]?.kinds).toContain('self-harm');
    expect(draft.answers.kinds.length).toBeGreaterThan(0);

    // Sent, it does not ring again: the page that rang goes with the report.
    const { id } = await reporting.submitDraft(draft.id, input(`draft:${draft.id}`, { narrative: 'بغيت نموت' }));
    const ofReport = await tables().selectFrom('reporting.danger_page').selectAll().where('report', '=', id).execute();
    expect(ofReport.map((p) => p.id)).toEqual(pages.map((p) => p.id));
  });

  it('in a message raises the report too', async () => {
    const { id } = await reporting.submit(input('d2'));
    await reporting.mailbox.reply(id, 'je veux mourir');
    expect((await reporting.details.details(platform.db, [id]))[0]?.danger).toBe(true);
    expect(await reporting.dangerOfReports(platform.db, [id])).toHaveLength(1);
  });

  it('typed into the field for a link is heard and kept, with a link or without', async () => {
    const { id } = await reporting.submit(input('d2-link'));
    await reporting.mailbox.addLink(id, 'https://photos.sample-host.example/p/8');
    expect(await reporting.dangerOfReports(platform.db, [id])).toHaveLength(0);
    await reporting.mailbox.addLink(id, 'je veux mourir');
    const [page, ...more] = await reporting.dangerOfReports(platform.db, [id]);
    expect(more).toEqual([]);
    expect([page?.subject_kind, page?.kinds, page?.state]).toEqual(['message', ['self-harm'], 'waiting']);
    expect((await reporting.details.details(platform.db, [id]))[0]?.danger).toBe(true);
    let view = await reporting.mailbox.view(id);
    expect(view.messages.map((m) => [m.author, m.body])).toEqual([['reporter', 'je veux mourir']]);
    expect(view.links).toHaveLength(1);

    // A link that is here already, with words around it: the words count.
    await reporting.mailbox.addLink(id, 'https://photos.sample-host.example/p/8 بغيت نموت');
    expect(await reporting.dangerOfReports(platform.db, [id])).toHaveLength(2);
    view = await reporting.mailbox.view(id);
    expect(view.messages).toHaveLength(2);
    expect(view.links).toHaveLength(1);
  });

  it('lets its writer say later where they are: sealed, once for whoever is coming, anew for whoever took it before', async () => {
    duty = { first: people.nora, everybody: [people.nora] };
    const { id } = await reporting.submit(input('d2-where'));
    // Nobody is asked where a report without danger was written.
    await expect(reporting.mailbox.tellWhere(id, 'chez moi')).rejects.toMatchObject({ code: 'REPORTING_INVALID' });
    await reporting.mailbox.reply(id, 'je veux mourir');
    await reporting.mailbox.tellWhere(id, ' ');
    expect((await reporting.mailbox.view(id)).hasWhereabouts).toBe(false);
    await reporting.mailbox.tellWhere(id, 'près de la gare');
    expect(await reporting.details.whereabouts(platform.db, id)).toBe('près de la gare');
    expect((await reporting.mailbox.view(id)).hasWhereabouts).toBe(true);
    const row = await tables()
      .selectFrom('reporting.report')
      .select('whereabouts')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row.whereabouts?.includes('gare')).toBe(false);
    const [page, ...more] = await reporting.dangerOfReports(platform.db, [id]);
    expect(more).toEqual([]);

    await reporting.acknowledgeDanger(page?.id ?? '', people.nora.id);
    await reporting.mailbox.tellWhere(id, 'derrière la gare');
    const waiting = (await reporting.dangerOfReports(platform.db, [id])).filter((p) => p.state === 'waiting');
    expect(waiting.map((p) => [p.subject_kind, p.kinds])).toEqual([['report', ['self-harm']]]);
  });

  it('typed in a draft that is then left still rings, escalates and can be taken, with where the child is', async () => {
    duty = { first: people.nora, second: people.idir, everybody: [people.nora, people.idir] };
    const run = async () => {
      await platform.ticks.run('reporting.danger-steps');
      await platform.ticks.run('reporting.danger-deliveries');
    };
    const { draft, token } = await reporting.drafts.create(platform.db, 'fr');
    const typed = await reporting.drafts.save(platform.db, draft, { sealed: { narrative: 'je veux mourir' } });
    await reporting.drafts.save(platform.db, typed, { sealed: { whereabouts: 'près de la gare' } });
    await reporting.drafts.abandon(platform.db, draft.id);
    expect(await reporting.drafts.find(platform.db, token)).toBeUndefined();
    const page = (await reporting.waitingDanger(platform.db, 500)).find((p) => p.subject === draft.id);
    expect(page).toMatchObject({ state: 'waiting', report: null, step: 0 });
    const told = () => mailer.sent.filter((m) => m.text.includes(page?.id ?? ''));
    await run();
    expect(told().map((m) => m.to)).toEqual([people.nora.email]);
    platform.clock.advance(5 * 60_000);
    await run();
    expect(told()).toHaveLength(3);
    expect(await reporting.drafts.whereabouts(platform.db, draft.id)).toBe('près de la gare');
    expect((await reporting.drafts.unfinished(platform.db, 100)).find((d) => d.id === draft.id)?.danger).toBe(true);
    await reporting.acknowledgeDanger(page?.id ?? '', people.idir.id);
    platform.clock.advance(60 * 60_000);
    await run();
    expect(told()).toHaveLength(3);
    // Swept a month later: what happened with the page stays.
    platform.clock.advance(31 * 24 * 3600_000);
    await platform.ticks.run('reporting.drafts');
    expect(await reporting.dangerPage(page?.id ?? '')).toMatchObject({
      state: 'acknowledged',
      acknowledged_by: people.idir.id,
    });
  });

  it('sends nothing any more that was due when somebody took it, and says so in the log', async () => {
    duty = { first: people.nora, second: people.idir, everybody: [people.nora, people.idir] };
    const { id } = await reporting.submit(input('d-taken', { danger: true }));
    await platform.ticks.run('reporting.danger-steps');
    const [page] = await reporting.dangerOfReports(platform.db, [id]);
    const before = mailer.sent.length;
    await reporting.acknowledgeDanger(page?.id ?? '', people.idir.id);
    await platform.ticks.run('reporting.danger-deliveries');
    expect(mailer.sent.slice(before).filter((m) => m.text.includes(page?.id ?? ''))).toEqual([]);
    const deliveries = (await reporting.dangerPage(page?.id ?? ''))?.deliveries ?? [];
    expect(deliveries.map((d) => [d.channel, d.state, d.sent_at])).toEqual([['mail', 'dropped', null]]);
    const { rows } = await platform.pool.query(
      `select detail from audit.entry where action = 'reporting.danger.delivery-dropped' and subject = $1`,
      [`reporting.danger_page:${page?.id}`],
    );
    expect(rows.map((r) => r.detail.delivery)).toEqual([deliveries[0]?.id]);
  });

  it('waits for whoever is just taking it, and lets them take it while the mail server thinks', async () => {
    duty = { first: people.nora, everybody: [people.nora] };
    const real = mailer.send;
    const pageOf = async (key: string) => {
      const { id } = await reporting.submit(input(key, { danger: true }));
      await platform.ticks.run('reporting.danger-steps');
      return (await reporting.dangerOfReports(platform.db, [id]))[0]?.id ?? '';
    };

    const taken = await pageOf('d-race-1');
    const client = await platform.pool.connect();
    await client.query('begin');
    await client.query(
      `update reporting.danger_page set state = 'acknowledged', acknowledged_at = now(), acknowledged_by = $2 where id = $1`,
      [taken, people.nora.id],
    );
    const before = mailer.sent.length;
    const sending = platform.ticks.run('reporting.danger-deliveries');
    await new Promise((r) => setTimeout(r, 200));
    await client.query('commit');
    client.release();
    await sending;
    expect(mailer.sent.slice(before).filter((m) => m.text.includes(taken))).toEqual([]);

    const slow = await pageOf('d-race-2');
    let answer = () => {};
    const asked = new Promise<void>((reached) => {
      mailer.send = async (mail) => {
        reached();
        await new Promise<void>((r) => {
          answer = r;
        });
        return real(mail);
      };
    });
    const busy = platform.ticks.run('reporting.danger-deliveries');
    await asked;
    await reporting.acknowledgeDanger(slow, people.nora.id);
    answer();
    await busy;
    mailer.send = real;
    expect((await reporting.dangerPage(slow))?.state).toBe('acknowledged');
  });

  it('is tried again when the mail server refuses, under the same Message-ID', async () => {
    duty = { first: people.sara, everybody: [people.sara] };
    const real = mailer.send;
    const tried: string[] = [];
    mailer.send = async (mail) => {
      tried.push(mail.messageId);
      if (tried.length < 3) throw new Error('451 try later');
      return real(mail);
    };
    await reporting.submit(input('d3', { danger: true }));
    for (let i = 0; i < 4; i++) {
      await platform.ticks.run('reporting.danger-steps');
      await platform.ticks.run('reporting.danger-deliveries');
      platform.clock.advance(11_000);
    }
    mailer.send = real;
    const last = tried.filter((t) => t === tried.at(-1));
    expect(last.length).toBeGreaterThanOrEqual(2);
    const { rows } = await platform.pool.query(
      `select count(*)::int as n from reporting.page_delivery where state = 'due'`,
    );
    expect(rows[0].n).toBe(0);
  });
});
