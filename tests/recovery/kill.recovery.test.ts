import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/platform/db.ts';
import { openKeyring } from '../../src/platform/keys.ts';
import { type Random, seededRandom } from '../../src/platform/random.ts';
import { findRoot } from '../../src/platform/root.ts';
import { startWorld, type World } from '../../world/index.ts';
import { itemFaults, noticeFacts, pagingFacts, reportFaults, underWay } from './inspect.ts';
import { analyst, apiSender, formSender, type Ledger, newLedger, onCall, senior } from './load.ts';
import { ServerTree, VICTIMS, type Victim } from './server-tree.ts';
import { hireStaff } from './staff.ts';

const LONG = process.env.SALAMA_LONG === '1';
const KILLS = LONG ? 50 : 5;
const SEED = Number(process.env.SALAMA_SEED ?? 20_261_124);
const API_SENDERS = 8;
const FORM_SENDERS = 3;
/** Nothing here measures speed: so long the load may take to get on, and the server to do what it owes. */
const PROGRESS_MS = 300_000;
const DRAIN_MS = 600_000;
const ON_DUTY = 'on-call@e-salama.example';

const run = promisify(execFile);
let world: World;
let server: ServerTree;

beforeAll(async () => {
  // It reads mail and answers nothing: what it was told must stay as it was told.
  world = await startWorld({ abuseDeskDelayMs: 0, deskMode: 'silent' });
  server = await ServerTree.create({
    SALAMA_ALLOW_PRIVATE: '1',
    SALAMA_EGRESS: JSON.stringify(world.egress),
    SMTP_URL: world.smtpUrl,
    MAIL_FROM: 'e-Salama <notices@e-salama.example>',
    ONCALL_WEBHOOK: world.webhookUrl,
    ONCALL_DIGEST_SECONDS: '5',
  });
  server.start();
  await server.ready();
}, 300_000);

afterAll(async () => {
  await server?.remove();
  await world?.stop();
}, 120_000);

/** Each victim once in the first four kills, in a seeded order; then any. */
function victims(random: Random): Victim[] {
  const any = () => VICTIMS[random.int(VICTIMS.length)] as Victim;
  const first = [...VICTIMS];
  for (let i = first.length - 1; i > 0; i -= 1) {
    const j = random.int(i + 1);
    [first[i], first[j]] = [first[j] as Victim, first[i] as Victim];
  }
  return [...first, ...Array.from({ length: Math.max(0, KILLS - first.length) }, any)].slice(0, KILLS);
}

/** Waits until the load has got so far, however fast the machine is. */
async function until(what: string, reached: () => boolean): Promise<void> {
  for (const deadline = performance.now() + PROGRESS_MS; !reached(); await sleep(50))
    if (performance.now() > deadline) throw new Error(`never came to ${what}:\n${server.log().slice(-3000)}`);
}

const acknowledged = (ledger: Ledger) => ledger.sent.filter((s) => s.acknowledged);

async function killAtRandom(random: Random, ledger: Ledger): Promise<Record<Victim, number>> {
  const killed = { app: 0, postgres: 0, main: 0, everything: 0 };
  for (const victim of victims(random)) {
    // Two of three die at work, one in the middle of its recovery.
    if (random.int(3) > 0) {
      const before = acknowledged(ledger).length;
      await until('ten more reports', () => acknowledged(ledger).length >= before + 10);
    }
    await sleep(random.int(3_000));
    while (!(await server.kill(victim))) await sleep(100);
    killed[victim] += 1;
    if (!server.running) {
      await sleep(random.int(1_500));
      server.start();
    }
  }
  await server.ready();
  return killed;
}

describe('a server that is killed again and again', () => {
  it(
    'loses nothing it has acknowledged and leaves nobody in danger unheard',
    async () => {
      const keys = openKeyring(server.stateDir);
      const random = seededRandom(SEED);
      const hiring = openDatabase(server.databaseUrl(), { max: 2 });
      const staff = await hireStaff(hiring, keys, server.origin);
      await hiring.close();

      const ledger = newLedger();
      const dangerMails: string[] = [];
      world.mail.onMail((mail) => mail.to.includes(ON_DUTY) && dangerMails.push(mail.text));
      const stop = new AbortController();
      const load = () => ({
        origin: server.origin,
        random: seededRandom(random.int(2 ** 31)),
        ledger,
        stopping: stop.signal,
      });
      const senders = [
        ...Array.from({ length: API_SENDERS }, (_, i) => apiSender(load(), `api-${i}`, staff.apiKey)),
        ...Array.from({ length: FORM_SENDERS }, (_, i) => formSender(load(), `web-${i}`)),
        analyst(load(), staff.analyst, 1_500),
        senior(load(), staff.senior, 1_500),
        onCall(load(), staff.onCall, dangerMails),
      ];
      const sending = Promise.all(senders);
      sending.catch(() => {});
      const killed = await killAtRandom(random, ledger);
      await until('five assessments', () => ledger.assessed.size >= 5);
      await until('three sent forms', () => acknowledged(ledger).filter((s) => s.channel === 'web').length >= 3);
      await until('ten dangers taken', () => ledger.taken.size >= 10);
      stop.abort();
      await sending;

      const database = openDatabase(server.databaseUrl(), { max: 2 });
      try {
        const { db } = database;
        let owed = await underWay(db);
        for (const deadline = performance.now() + DRAIN_MS; owed.length > 0; owed = await underWay(db)) {
          if (performance.now() > deadline) break;
          await sleep(500);
        }
        expect(owed, `still owed; the server said:\n${server.log().slice(-3000)}`).toEqual([]);

        const inbox = world.mail.messages.filter((m) => !m.to.includes(ON_DUTY));
        const paging = await pagingFacts(db, ledger, world);
        const notices = await noticeFacts(db, ledger, inbox);
        const kept = acknowledged(ledger);
        process.stdout.write(
          `killed ${Object.entries(killed)
            .map(([name, n]) => `${name} ${n}`)
            .join(', ')} (seed ${SEED}); ` +
            `${kept.length} of ${ledger.sent.length} reports acknowledged, ${ledger.unanswered} tries unanswered, ` +
            `${ledger.replayed} replayed; ${paging.pages} danger pages, ${paging.deliveries} deliveries; ` +
            `${notices.notices} notices, ${notices.mails} mails\n`,
        );
        expect(ledger.wrong).toEqual([]);
        expect(server.unexpected).toEqual([]);
        expect(await reportFaults(db, keys, ledger)).toEqual([]);
        expect(await itemFaults(db)).toEqual([]);
        expect(paging.faults).toEqual([]);
        expect(notices.faults).toEqual([]);

        // And it has tested something.
        expect(ledger.unanswered).toBeGreaterThan(0);
        expect(paging.pages).toBeGreaterThan(5);
        expect(notices.notices).toBeGreaterThanOrEqual(ledger.assessed.size);
      } finally {
        await database.close();
      }

      const dir = mkdtempSync(path.join(tmpdir(), 'salama-audit-'));
      try {
        const file = path.join(dir, 'log');
        const key = path.join(dir, 'key.pem');
        writeFileSync(key, keys.publicKeyPem);
        const cli = (...args: string[]) =>
          run(process.execPath, [path.join(findRoot(), 'dist/server/cli.js'), 'audit', ...args], {
            env: { PATH: process.env.PATH, SALAMA_STATE: server.stateDir, SALAMA_DEV: '1' },
          });
        await cli('export', file);
        const verified = await cli('verify', file, '--key', key);
        expect(verified.stdout).toContain('Verified: ');
        process.stdout.write(verified.stdout);
      } finally {
        rmSync(dir, { recursive: true });
      }
      await server.stop();
    },
    LONG ? 3 * 3_600_000 : 1_800_000,
  );
});
