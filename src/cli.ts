import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runAuditCommand } from './modules/audit/index.ts';
import { runBlockingCommand } from './modules/blocking/log/command.ts';
import { BackupError, backup, checkBackup, restore } from './platform/backup/index.ts';
import { systemClock } from './platform/clock.ts';
import { type Config, ConfigError, loadConfig } from './platform/config.ts';
import { openDatabase } from './platform/db.ts';
import { AppError } from './platform/errors.ts';
import { ensureFilesDir } from './platform/files-dir.ts';
import { loadCatalogues } from './platform/i18n/index.ts';
import { Jobs } from './platform/jobs.ts';
import { addMasterKey, openKeyring } from './platform/keys.ts';
import { createLogger } from './platform/log.ts';
import { PostgresError, resolveStateDir, runningUrl, startPostgres, withExternal } from './platform/postgres/index.ts';
import { systemRandom } from './platform/random.ts';
import { findRoot } from './platform/root.ts';
import { rotateKeys } from './platform/rotate-keys.ts';

const USAGE = `usage: npm run salama -- COMMAND
  backup DIR                     write a backup (database and files; the keys are not in it: copy keys/ yourself, elsewhere)
  restore DIR [--force-empty]    put a backup back; the server must be stopped
  audit export|verify|prove|head see "audit"
  blocking verify FILE           check the public log of blocking decisions, see "blocking"
  blocking trace FILE            name the partner whose file or zone of the list a leaked text came from
  accounts rescue EMAIL          print a one-time set-up link for an administrator who lost every way to sign in
  check-corpus DIR               serve a folder of scripted pages on loopback, look at each, print the score
  keys add                       make a new master key; then restart every process
  keys rotate                    wrap every record's key again under the newest master key`;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Names the keys of this state folder without telling them; undefined where there are none, and none are made. */
function keyIdOf(stateDir: string): string | undefined {
  if (!existsSync(path.join(stateDir, 'keys/master.json'))) return undefined;
  return createHash('sha256').update(openKeyring(stateDir).publicKeyPem).digest('hex');
}

/** The database: an external one, the one of a server that runs here, or ours started for the length of the command. */
async function withDatabase<T>(config: Config, stateDir: string, fn: (url: string) => Promise<T>): Promise<T> {
  if (config.databaseUrl) return fn((await withExternal(config.databaseUrl)).url);
  const running = runningUrl(stateDir);
  if (running) return fn(running);
  const server = await startPostgres({ stateDir, log: () => {} });
  try {
    return await fn(server.url);
  } finally {
    await server.stop('fast');
  }
}

/** Where people reach the server that runs here now; whoever types a command may not have its settings around. */
function originOf(stateDir: string): string | undefined {
  const file = path.join(stateDir, 'run.json');
  if (!existsSync(file)) return undefined;
  const run = JSON.parse(readFileSync(file, 'utf8')) as { publicOrigin?: string };
  return run.publicOrigin;
}

async function rescue(config: Config, databaseUrl: string, email: string): Promise<{ url: string; told: number }> {
  const { rescueAdministrator } = await import('./modules/identity/index.ts');
  const { db, close } = openDatabase(databaseUrl, { max: 2 });
  try {
    const jobs = new Jobs(createLogger('silent', 'cli'));
    return await rescueAdministrator({ clock: systemClock, random: systemRandom, db, config, jobs }, email);
  } finally {
    await close();
  }
}

async function run(args: string[]): Promise<number> {
  // Needs neither settings nor a database.
  if (args[0] === 'check-corpus' && args[1] && args.length === 2) {
    const { runCheckCorpus } = await import('./check-corpus.ts');
    return runCheckCorpus(args[1], print);
  }
  const config = loadConfig(process.env);
  const stateDir = resolveStateDir(config.stateDir).dir;
  const rootDir = findRoot();
  const [command, ...rest] = args;
  if (command === 'backup' && rest.length === 1) {
    const files = ensureFilesDir(stateDir);
    const manifest = await withDatabase(config, stateDir, (databaseUrl) =>
      backup({
        databaseUrl,
        dirs: { files },
        target: rest[0] as string,
        clock: systemClock,
        rootDir,
        keyId: keyIdOf(stateDir),
      }),
    );
    print(
      `Backup written to ${rest[0]}: ${manifest.tables.length} tables. The keys in ${path.join(stateDir, 'keys')} are not in it.`,
    );
    return 0;
  }
  if (command === 'restore' && rest[0]) {
    const source = rest[0];
    // Without keys nothing restored could be read: as wrong as other keys.
    const keyId = keyIdOf(stateDir) ?? 'none';
    const checked = await checkBackup({ source, keyId, dirs: { files: path.join(stateDir, 'files') } });
    const files = ensureFilesDir(stateDir);
    const restored = await withDatabase(config, stateDir, (databaseUrl) =>
      restore({
        databaseUrl,
        dirs: { files },
        source,
        rootDir,
        checked,
        purgeLog: path.join(stateDir, 'keys/purged.log'),
        keyId,
        forceEmpty: rest.includes('--force-empty'),
      }),
    );
    print(
      `Restored; ${restored.purgedKeys} destroyed key(s) destroyed again, ${restored.newMigrations.length} newer migration(s) applied.`,
    );
    return 0;
  }
  if (command === 'blocking' && rest[0] === 'trace' && rest.length === 2)
    return withDatabase(config, stateDir, async (url) => {
      const { runTraceCommand } = await import('./modules/blocking/feeds/command.ts');
      const { organisationNames } = await import('./modules/identity/index.ts');
      const { db, close } = openDatabase(url, { max: 2 });
      try {
        const names = () => organisationNames(db);
        return await runTraceCommand(rest[1] as string, {
          ...{ db, keys: openKeyring(stateDir), markDomains: config.zones.markDomains },
          ...{ names, print },
        });
      } finally {
        await close();
      }
    });
  if (command === 'blocking') return runBlockingCommand(rest, print);
  if (command === 'audit')
    return runAuditCommand(rest, {
      print,
      async open() {
        let release = () => {};
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        return new Promise((resolve, reject) => {
          withDatabase(config, stateDir, async (url) => {
            const { db, close } = openDatabase(url, { max: 2 });
            resolve({
              db,
              publicKeyPem: openKeyring(stateDir).publicKeyPem,
              close: async () => {
                await close();
                release();
              },
            });
            await held;
          }).catch(reject);
        });
      },
    });
  if (command === 'accounts' && rest[0] === 'rescue' && rest.length === 2) {
    const { url, told } = await withDatabase(config, stateDir, (databaseUrl) =>
      rescue({ ...config, publicOrigin: originOf(stateDir) ?? config.publicOrigin }, databaseUrl, rest[1] as string),
    );
    print(
      `${url}\nWorks once, for an hour. Old ways to sign in stay until it is used. Mails about it go to ${told} account(s).`,
    );
    return 0;
  }
  if (command === 'keys' && rest[0] === 'add') {
    openKeyring(stateDir);
    print(`Master key ${addMasterKey(stateDir)} is made. Copy the key file, restart every process, then: keys rotate`);
    return 0;
  }
  if (command === 'keys' && rest[0] === 'rotate') {
    const keys = openKeyring(stateDir);
    const rotated = await withDatabase(config, stateDir, (url) => rotateKeys(url, keys));
    print(`${rotated} record key(s) wrapped again under master key ${keys.newestMaster}.`);
    return 0;
  }
  print(USAGE);
  return 2;
}

run(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof AppError) {
      process.stderr.write(`${loadCatalogues(findRoot()).format('en', error.messageKey, error.params)}\n`);
      process.exit(1);
    }
    const known = error instanceof ConfigError || error instanceof PostgresError || error instanceof BackupError;
    process.stderr.write(
      `${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
