import { execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemUser } from '../../../platform/users.ts';

/** Whether Debian's Dovecot is here (set-up installs it for tests when it may); always true in CI, so that its absence fails there. */
export const dovecotInstalled = process.env.CI === 'true' || existsSync('/usr/lib/dovecot/imap');
if (!dovecotInstalled) console.warn('skipped: intake by mail on a real IMAP server, Dovecot is not installed here');

export const PASSWORD = 'made-up-password';
const USER = 'reports';

export interface ImapServer {
  /** Settings that read this mailbox without TLS, over loopback. */
  env: Record<string, string>;
  ports: { plain: number; tls: number };
  /** Certificate authority of its certificate for `localhost`, a file. */
  caFile: string;
  /** A mail as a mail server delivers it: octets into the maildir. */
  deliver(mail: string | Buffer): void;
  /** How many mails are in a folder. */
  count(folder?: string): number;
  /** Mails of a folder that are flagged. */
  flagged(folder?: string): number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Forgets every number of a mail (a new UIDVALIDITY), as a restored mailbox does. Stopped and started. */
  renumber(): Promise<void>;
  /** What the server wrote down. */
  log(): string;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A certificate for `localhost` and the authority that signed it, by openssl. */
function certificates(dir: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  );
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(path.join(dir, 'ext'), 'subjectAltName=DNS:localhost\n');
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
  openssl('x509', '-req', '-in', 'server.csr', ...by, '-out', 'server.pem');
}

/** Debian's Dovecot with a configuration of its own, in a folder of its own, as a user without rights, on loopback. */
export async function startImapServer(): Promise<ImapServer> {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-imap-'));
  const root = process.getuid?.() === 0;
  const name = root ? 'nobody' : userInfo().username;
  const owner = root ? systemUser('nobody') : { uid: userInfo().uid, gid: userInfo().gid };
  if (!owner) throw new Error('there is no user nobody');
  const group = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((line) => line.split(':')[2] === String(owner.gid))
    ?.split(':')[0];
  const ports = { plain: await freePort(), tls: await freePort() };
  const maildir = path.join(dir, 'mail');
  for (const sub of ['run', 'state', 'mail', 'mail/cur', 'mail/new', 'mail/tmp']) mkdirSync(path.join(dir, sub));
  certificates(dir);
  writeFileSync(path.join(dir, 'users'), `${USER}:{PLAIN}${PASSWORD}:${owner.uid}:${owner.gid}::${dir}::\n`);
  writeFileSync(
    path.join(dir, 'dovecot.conf'),
    `base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = ${name}
default_login_user = ${name}
default_internal_group = ${group}
first_valid_uid = 1
last_valid_uid = 0
first_valid_gid = 1
mail_location = maildir:${maildir}
mail_fsync = never
disable_plaintext_auth = no
ssl = yes
ssl_cert = <${dir}/server.pem
ssl_key = <${dir}/server.key
passdb {
  driver = passwd-file
  args = ${dir}/users
}
userdb {
  driver = passwd-file
  args = ${dir}/users
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${ports.plain}
  }
  inet_listener imaps {
    port = ${ports.tls}
    ssl = yes
  }
}
`,
  );
  const own = (at: string) => {
    chownSync(at, owner.uid, owner.gid);
    for (const entry of readdirSync(at, { withFileTypes: true }))
      if (entry.isDirectory()) own(path.join(at, entry.name));
      else chownSync(path.join(at, entry.name), owner.uid, owner.gid);
  };
  own(dir);
  let server: ReturnType<typeof spawn> | undefined;
  let gone: Promise<unknown> = Promise.resolve();
  let delivered = 0;
  const files = (folder?: string): string[] =>
    ['new', 'cur'].flatMap((sub) => {
      const at = path.join(maildir, ...(folder ? [`.${folder}`] : []), sub);
      return existsSync(at) ? readdirSync(at) : [];
    });
  const here: ImapServer = {
    ports,
    caFile: path.join(dir, 'ca.pem'),
    env: {
      IMAP_HOST: '127.0.0.1',
      IMAP_PORT: String(ports.plain),
      IMAP_TLS: 'none',
      IMAP_USER: USER,
      IMAP_PASSWORD: PASSWORD,
    },
    deliver(mail) {
      const file = `${1_700_000_000 + delivered++}.M${delivered}.test`;
      writeFileSync(path.join(maildir, 'tmp', file), mail);
      chownSync(path.join(maildir, 'tmp', file), owner.uid, owner.gid);
      // By name into `new`, whole, as maildir asks of whoever delivers.
      execFileSync('mv', [path.join(maildir, 'tmp', file), path.join(maildir, 'new', file)]);
    },
    count: (folder) => files(folder).length,
    flagged: (folder) => files(folder).filter((f) => /:2,[A-Z]*F/.test(f)).length,
    async start() {
      server = spawn('/usr/sbin/dovecot', ['-F', '-c', path.join(dir, 'dovecot.conf')], {
        ...(root ? owner : {}),
        cwd: dir,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      server.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      let ended = false;
      gone = new Promise((resolve) =>
        server?.once('exit', () => {
          ended = true;
          resolve(undefined);
        }),
      );
      for (const deadline = performance.now() + 15_000; ; await sleep(50)) {
        const up = await new Promise<boolean>((resolve) => {
          const socket = connect(ports.plain, '127.0.0.1');
          socket.once('data', () => resolve(true)).once('error', () => resolve(false));
          socket.once('close', () => resolve(false));
          setTimeout(() => resolve(false), 1000).unref();
        }).catch(() => false);
        if (up) return;
        if (ended || performance.now() > deadline) throw new Error(`Dovecot did not start: ${said}${here.log()}`);
      }
    },
    async stop() {
      // Its children are in a group of their own with it; some would wait half a minute for their clients.
      if (server?.pid) process.kill(-server.pid, 'SIGKILL');
      await gone;
      server = undefined;
    },
    async renumber() {
      await here.stop();
      for (const file of readdirSync(maildir))
        if (file.startsWith('dovecot')) rmSync(path.join(maildir, file), { recursive: true });
      // The new number is the time in seconds: it must not be the old one.
      await sleep(1100);
      await here.start();
    },
    log: () => (existsSync(path.join(dir, 'log')) ? readFileSync(path.join(dir, 'log'), 'utf8') : ''),
    async close() {
      await here.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await here.start();
  return here;
}
