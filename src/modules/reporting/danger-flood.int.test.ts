import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectingMailer, createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { createReporting, type Duty, type Reporting } from './index.ts';

const MINUTE = 60_000;
const nora = {
  id: '00000000-0000-7000-8000-000000000001',
  name: 'Nora',
  email: 'nora@e-salama.test',
  lang: 'en' as const,
};
const idir = {
  id: '00000000-0000-7000-8000-000000000002',
  name: 'Idir',
  email: 'idir@e-salama.test',
  lang: 'ar' as const,
};

describe('many dangers in a short time', () => {
  let platform: TestPlatform;
  let reporting: Reporting;
  let mailer: ReturnType<typeof collectingMailer>;
  let webhook: Server;
  let calls: { type: string; count?: number; waiting?: number; delivery: string }[];
  let sent = 0;
  const duty: Duty = { first: nora, second: idir, everybody: [nora, idir] };

  beforeEach(async () => {
    calls = [];
    webhook = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => {
        calls.push(JSON.parse(body));
        res.end();
      });
    });
    await new Promise<void>((r) => webhook.listen(0, '127.0.0.1', r));
    mailer = collectingMailer();
    platform = await createTestPlatform({
      mailer,
      env: { ONCALL_WEBHOOK: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/` },
    });
    reporting = createReporting(platform, {
      duty: async () => duty,
      zone: 'Africa/Casablanca',
      categoryName: (id) => id,
    });
  });
  afterEach(async () => {
    await platform.close();
    webhook.closeAllConnections();
    await new Promise((r) => webhook.close(r));
  });

  const danger = async (n: number): Promise<string[]> => {
    const reports = await Promise.all(
      Array.from({ length: n }, () =>
        reporting.submit({
          submissionKey: `flood-${sent++}`,
          channel: 'web',
          language: 'fr',
          reporter: 'witness',
          category: 'harassment',
          danger: true,
          links: [],
          accounts: [],
          narrative: '',
          visibility: 'many',
          ageBand: 'unknown',
          occurred: 'today',
        }),
      ),
    );
    const pages = await reporting.dangerOfReports(
      platform.db,
      reports.map((r) => r.id),
    );
    return pages.map((p) => p.id);
  };
  /** As the worker does it each second. */
  const run = async () => {
    await platform.ticks.run('reporting.danger-steps');
    await platform.ticks.run('reporting.danger-deliveries');
  };
  const told = (email: string) => {
    const mine = mailer.sent.filter((m) => m.to === email);
    const alone = mine.filter((m) => /\/desk\/danger\/[0-9a-f-]{36}/.test(m.text));
    return { alone, together: mine.filter((m) => !alone.includes(m)) };
  };

  it('ring one by one at first, then together at once and every two minutes', async () => {
    await danger(30);
    await run();
    expect(told(nora.email).alone).toHaveLength(10);
    expect(told(nora.email).together.map((m) => m.subject)).toEqual(['Danger: 20 more wait']);
    const text = told(nora.email).together[0]?.text ?? '';
    expect(text).toContain('Waiting in all: 30\n');
    expect(text).toMatch(/\/desk\/danger$/m);
    expect(calls.filter((c) => c.type === 'danger')).toHaveLength(10);
    expect(calls.filter((c) => c.type === 'danger-digest').map((c) => [c.count, c.waiting])).toEqual([[20, 30]]);

    platform.clock.advance(MINUTE);
    await danger(4);
    await run();
    await danger(3);
    await run();
    expect(told(nora.email).together).toHaveLength(1);
    platform.clock.advance(MINUTE);
    await run();
    expect(told(nora.email).together.at(-1)?.subject).toBe('Danger: 7 more wait');
    expect(told(nora.email).alone).toHaveLength(10);
    expect(new Set(mailer.sent.map((m) => m.messageId)).size).toBe(mailer.sent.length);
  });

  it('each escalates like any other, is listed, and stays bounded in mails', async () => {
    const pages = new Set(await danger(120));
    for (let second = 0; second < 3; second++) await run();
    for (let minute = 0; minute < 13; minute++) {
      platform.clock.advance(MINUTE);
      for (let second = 0; second < 3; second++) await run();
    }
    // A reminder of each went to the second person: ten alone, the others together.
    expect(told(idir.email).alone.length).toBeGreaterThanOrEqual(10);
    expect(mailer.sent.length).toBeLessThan(80);
    const { rows } = await platform.pool.query(
      `select page, max(step) as step, bool_and(state = 'sent') as sent, count(distinct target)::int as targets
       from reporting.page_delivery group by page`,
    );
    expect(rows).toHaveLength(pages.size);
    for (const row of rows) expect(row).toMatchObject({ step: 2, sent: true, targets: 3 });
    const listed = [
      ...(await reporting.waitingDanger(platform.db, 100, 0)),
      ...(await reporting.waitingDanger(platform.db, 100, 100)),
    ];
    expect(new Set(listed.map((p) => p.id))).toEqual(pages);
    expect(await reporting.waitingDangerCount(platform.db)).toBe(120);
  });

  it('a new danger rings alone although reminders flood, and again when it is calm', async () => {
    await danger(30);
    await run();
    platform.clock.advance(11 * MINUTE);
    await run();
    const before = told(nora.email).alone.length;
    const [fresh] = await danger(1);
    await run();
    expect(
      told(nora.email)
        .alone.slice(before)
        .map((m) => m.text)
        .join(),
    ).toContain(fresh);
  });

  it('what was taken before its turn is neither counted nor told', async () => {
    const pages = await danger(13);
    await platform.ticks.run('reporting.danger-steps');
    const { rows } = await platform.pool.query(
      `select distinct page from reporting.page_delivery where state = 'gathered' and channel = 'mail'`,
    );
    expect(rows).toHaveLength(3);
    await reporting.acknowledgeDanger(rows[0].page, nora.id);
    await run();
    expect(told(nora.email).together.map((m) => m.subject)).toEqual(['Danger: 2 more wait']);
    for (const page of pages) await reporting.acknowledgeDanger(page, nora.id);

    const more = await danger(2);
    await platform.ticks.run('reporting.danger-steps');
    for (const page of more) await reporting.acknowledgeDanger(page, nora.id);
    platform.clock.advance(3 * MINUTE);
    await run();
    await run();
    expect(told(nora.email).together).toHaveLength(1);
    const left = await platform.pool.query(
      `select count(*)::int as n from reporting.page_delivery where state in ('due', 'gathered')`,
    );
    expect(left.rows[0].n).toBe(0);
    const dropped = await platform.pool.query(
      `select count(*)::int as n from audit.entry where action = 'reporting.danger.delivery-dropped'`,
    );
    // Mail and webhook of three dangers.
    expect(dropped.rows[0].n).toBe(6);
  });

  it('a gathered message that fails takes in what comes since, under one Message-ID', async () => {
    const real = mailer.send;
    const tried: { messageId: string; subject: string }[] = [];
    mailer.send = async (mail) => {
      if (!mail.subject.includes('more')) return real(mail);
      tried.push(mail);
      if (tried.length < 3) throw new Error('451 try later');
      return real(mail);
    };
    await danger(12);
    for (let i = 0; i < 4; i++) {
      await run();
      platform.clock.advance(11_000);
      await danger(1);
    }
    mailer.send = real;
    expect(new Set(tried.map((t) => t.messageId)).size).toBe(1);
    expect(tried.at(-1)?.subject).toBe('Danger: 4 more wait');
    expect(told(nora.email).together).toHaveLength(1);
  });
});
