import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findRoot } from '../../../platform/root.ts';
import { createTestDatabase } from '../../../platform/testkit/index.ts';
import { dovecotInstalled, type ImapServer, startImapServer } from '../testing/imap-server.ts';
import { type MailboxError, openMailbox } from './client.ts';

/** Each of these waits for a real server to notice that somebody has gone: half of them are enough every time. */
const LONG = process.env.SALAMA_LONG === '1';

const WORKER = path.join(findRoot(), 'src/modules/reporting/testing/mail-worker.ts');
const mail = (n: number) =>
  `From: someone@mail.example\r\nMessage-ID: <kill-${n}@mail.example>\r\nSubject: Mail ${n}\r\n\r\nSome words, number ${n}.\r\n`;

/** A wire to the mail server that calls `onLine` for what the client says; false keeps it from the server. */
async function startWire(port: number, onLine: (line: string) => boolean): Promise<{ server: Server; port: number }> {
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('data', (chunk: Buffer) => {
      if (onLine(chunk.toString('latin1'))) upstream.write(chunk);
    });
    upstream.pipe(client);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', end);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe.runIf(dovecotInstalled)('a process that takes mails', { timeout: 120_000 }, () => {
  let imap: ImapServer;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let client: pg.Client;
  let stateDir: string;
  let worker: ChildProcess | undefined;
  let wire: { server: Server; port: number } | undefined;

  beforeAll(async () => {
    imap = await startImapServer();
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    stateDir = mkdtempSync(path.join(tmpdir(), 'salama-mail-'));
  });
  afterEach(() => {
    worker?.kill('SIGKILL');
    wire?.server.close();
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
    await imap?.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  /** Runs a worker to its end. Answers the signal or code it ended with. */
  async function work(env: Record<string, string> = {}): Promise<string | number | null> {
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER], {
      cwd: findRoot(),
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        SALAMA_DEV: '1',
        DATABASE_URL: database.url,
        SALAMA_STATE: stateDir,
        ...imap.env,
        ...env,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    worker = child;
    return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  }
  const one = async (sql: string): Promise<Record<string, unknown>> => (await client.query(sql)).rows[0];
  const reports = async () => (await one('select count(*)::int as n from reporting.report')).n;

  it('killed between the report and the move makes no second report and loses none', async () => {
    imap.deliver(mail(1));
    imap.deliver(mail(2));
    wire = await startWire(imap.ports.plain, (said) => {
      if (!/ UID MOVE /.test(said)) return true;
      worker?.kill('SIGKILL');
      return false;
    });
    expect(await work({ IMAP_PORT: String(wire.port) })).toBe('SIGKILL');
    expect(await reports()).toBe(1);
    expect(await one('select state, settled_at from reporting.mail_taken')).toEqual({
      state: 'report',
      settled_at: null,
    });
    expect(imap.count()).toBe(2);

    expect(await work()).toBe(0);
    expect(await reports()).toBe(2);
    expect([imap.count(), imap.count('Taken')]).toEqual([0, 2]);
    expect(await one('select count(*)::int as n from reporting.mail_taken where settled_at is null')).toEqual({ n: 0 });
  });

  it.runIf(LONG)('killed so, and all numbers of the mailbox changed meanwhile: still one report', async () => {
    imap.deliver(mail(3));
    wire = await startWire(imap.ports.plain, (said) => {
      if (!/ UID MOVE /.test(said)) return true;
      worker?.kill('SIGKILL');
      return false;
    });
    expect(await work({ IMAP_PORT: String(wire.port) })).toBe('SIGKILL');
    await imap.renumber();
    expect(await work()).toBe(0);
    expect(await reports()).toBe(3);
    expect(imap.count()).toBe(0);
    expect(await one(`select count(*)::int as n from reporting.mail_taken where state = 'known'`)).toEqual({ n: 1 });
  });

  it.runIf(LONG)('loses its connection in the middle: the next round goes on', async () => {
    imap.deliver(mail(4));
    wire = await startWire(imap.ports.plain, (said) => {
      if (/ UID FETCH /.test(said)) wire?.server.emit('cut');
      return !/ UID FETCH /.test(said);
    });
    const listening = wire.server;
    listening.on('connection', (socket) => listening.once('cut', () => socket.destroy()));
    expect(await work({ IMAP_PORT: String(wire.port) })).toBe(0);
    expect(await reports()).toBe(3);
    expect(
      await one('select failures, last_error from reporting.mail_box order by last_error_at desc limit 1'),
    ).toMatchObject({
      failures: 1,
      last_error: 'connect',
    });
    await client.query('update reporting.mail_box set next_round_at = null');
    expect(await work()).toBe(0);
    expect(await reports()).toBe(4);
  });

  it('run twice at once take each mail once', async () => {
    const before = (await reports()) as number;
    for (let n = 10; n < 30; n++) imap.deliver(mail(n));
    expect(await Promise.all([work(), work()])).toEqual([0, 0]);
    if (imap.count() > 0) expect(await work()).toBe(0);
    expect(await reports()).toBe(before + 20);
    expect(imap.count()).toBe(0);
  });

  it('leaves mails where they are, or deletes them, when an operator wants it so', async () => {
    const before = (await reports()) as number;
    imap.deliver(mail(40));
    for (let round = 0; round < 2; round++) expect(await work({ IMAP_PROCESSED: 'leave' })).toBe(0);
    expect([await reports(), imap.count()]).toEqual([before + 1, 1]);
    imap.deliver(mail(41));
    expect(await work({ IMAP_PROCESSED: 'delete' })).toBe(0);
    expect([await reports(), imap.count()]).toEqual([before + 2, 0]);
  });

  describe('speaks', () => {
    const trouble = async (over: Partial<Parameters<typeof openMailbox>[0]>, ca?: string, password?: string) => {
      const settings = {
        host: 'localhost',
        port: imap.ports.tls,
        tls: 'implicit' as const,
        user: imap.env.IMAP_USER as string,
        password: { value: '' },
        caFile: undefined,
        folder: 'INBOX',
        processed: 'leave' as const,
        processedFolder: '',
        everyMs: 1000,
        answer: 'off' as const,
        ...over,
      };
      const secrets = { password: password ?? (imap.env.IMAP_PASSWORD as string), ca: ca ? [ca] : undefined };
      try {
        await (await openMailbox(settings, secrets)).close();
        return 'none';
      } catch (error) {
        return (error as MailboxError).trouble;
      }
    };

    it('only to a server whose certificate is right, and never in clear when TLS was asked for', async () => {
      const { readFileSync } = await import('node:fs');
      const ca = readFileSync(imap.caFile, 'utf8');
      expect(await trouble({}, ca)).toBe('none');
      expect(await trouble({ tls: 'starttls', port: imap.ports.plain }, ca)).toBe('none');
      expect(await trouble({})).toBe('tls');
      expect(await trouble({ tls: 'starttls', port: imap.ports.plain })).toBe('tls');
      expect(await trouble({ host: '127.0.0.1' }, ca)).toBe('tls');
      // Somebody between takes the offer of STARTTLS away: no password is said.
      const heard: string[] = [];
      const stripped = createServer((socket) => {
        socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n');
        socket
          .on('error', () => {})
          .on('data', (chunk: Buffer) => {
            heard.push(chunk.toString());
            const tag = chunk.toString().split(' ')[0];
            socket.write(
              /CAPABILITY/i.test(chunk.toString())
                ? `* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n${tag} OK\r\n`
                : `${tag} BAD\r\n`,
            );
          });
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => stripped.once('listening', resolve));
      expect(await trouble({ tls: 'starttls', port: (stripped.address() as AddressInfo).port }, ca)).not.toBe('none');
      expect(heard.join('')).not.toMatch(/LOGIN|AUTHENTICATE/i);
      stripped.close();
    });

    it('of what an operator has to look at', async () => {
      const plain = { host: '127.0.0.1', port: imap.ports.plain, tls: 'none' as const };
      expect(await trouble({ ...plain, folder: 'Nowhere' })).toBe('folder');
      expect(await trouble(plain, undefined, 'another password')).toBe('login');
      expect(await trouble({ ...plain, port: 1 })).toBe('connect');
    });
  });
});
