import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './platform/config.ts';
import { ensureAppDir, ensureFilesDir } from './platform/files-dir.ts';
import { migrate } from './platform/migrate.ts';
import {
  comingUrl,
  type RunningPostgres,
  resolveStateDir,
  runningUrl,
  startPostgres,
  withExternal,
} from './platform/postgres/index.ts';
import { findRoot } from './platform/root.ts';
import { Child, type ChildMessage, say } from './supervise-child.ts';

/** What the small Internet of the demonstration says when it is up (world/index.ts). */
interface WorldReady {
  type: 'ready';
  egress: Record<string, unknown>;
  smtpUrl: string;
  mailboxUrl: string;
  webhookUrl: string;
  samples: Record<string, string>;
}

const distFile = (name: string) => path.join(findRoot(), 'dist/server', name);

/**
 * The root of the process tree: the resolver, which waits for nobody; database, world (demonstration), then one process for
 * web and worker, one each for capture and zones. A tree of the resolver alone has no database of its own and does not need one to serve.
 */
export async function supervise(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const began = performance.now();
  const place = resolveStateDir(config.stateDir);
  if (place.moved) say(place.reason ?? `state is kept in ${place.dir}`);
  const stateDir = place.dir;
  // Where it will be, should it not be there yet: the resolver is told before the database is started.
  const databaseUrl = config.databaseUrl ?? comingUrl(stateDir);
  let postgres: RunningPostgres | undefined;
  const startDatabase = async () => {
    if (config.databaseUrl) await withExternal(config.databaseUrl);
    else
      postgres = await startPostgres({
        stateDir,
        log: (line) => (config.logLevel === 'silent' ? undefined : say(line)),
      });
    const applied = await migrate(databaseUrl, findRoot());
    if (applied.length > 0) say(`database brought up to date (${applied.length} migration(s))`);
  };
  ensureFilesDir(stateDir);
  if (!existsSync(path.join(stateDir, 'keys'))) mkdirSync(path.join(stateDir, 'keys'), { mode: 0o700 });
  if (config.roles.includes('dns')) ensureAppDir(stateDir, 'dns');

  const children: Child[] = [];
  const ready: string[] = [];
  let demo: Record<string, unknown> = {};
  const runFile = path.join(stateDir, 'run.json');
  let wrote = false;
  const writeRun = () => {
    wrote = true;
    const pids = { main: process.pid, postgres: postgres?.pid(), children: children.map((c) => c.pid).filter(Boolean) };
    writeFileSync(runFile, `${JSON.stringify({ ...pids, port: config.port, publicOrigin: config.publicOrigin })}\n`, {
      mode: 0o600,
    });
  };
  const childEnv: NodeJS.ProcessEnv = { ...env, DATABASE_URL: databaseUrl, SALAMA_STATE: stateDir };
  // The demonstration talks to the small Internet: its name server, its mail server, its addresses on loopback.
  const joinWorld = (world: WorldReady) => {
    const vantages = [
      { name: 'first' },
      { name: 'second', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0' },
    ];
    Object.assign(childEnv, {
      SALAMA_EGRESS: JSON.stringify({ ...world.egress, vantages }),
      SALAMA_ALLOW_PRIVATE: '1',
      SMTP_URL: world.smtpUrl,
      ONCALL_WEBHOOK: world.webhookUrl,
    });
    demo = { ...demo, mailbox: world.mailboxUrl, samples: world.samples };
    ready.push(
      `Mailbox of the small Internet   ${world.mailboxUrl}`,
      `A page that may be reported     ${world.samples.photo}`,
    );
  };
  const onMessage = (m: ChildMessage) => {
    if (m.type === 'ready' && 'egress' in m) joinWorld(m as unknown as WorldReady);
    else if (m.type === 'ready') ready.push(...m.lines);
    if (m.type === 'demo') demo = { ...demo, ...m.json };
  };
  const run = async (name: string, script: string, extra: NodeJS.ProcessEnv) => {
    const child = new Child({ name, script, env: { ...childEnv, SALAMA_CHILD: name, ...extra } }, onMessage);
    children.push(child);
    await child.start(writeRun);
  };

  let stopping = false;
  const end = async () => {
    stopping = true;
    for (const child of [...children].reverse()) await child.stop();
    await postgres?.stop('fast');
    if (wrote) rmSync(runFile, { force: true });
  };
  const stop = async (signal: string) => {
    if (stopping) return;
    say(`stopping (${signal})`);
    await end();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

  try {
    const starts: Promise<void>[] = [];
    /** Roles that are processes of their own. */
    const apart = ['capture', 'zones'] as const;
    const dns = config.roles.includes('dns');
    const startResolver = () => {
      const started = run('dns', distFile('main.js'), { SALAMA_ROLES: 'dns' });
      // Waited for with all others; until then it is nobody's unhandled error.
      started.catch(() => {});
      starts.push(started);
    };
    // Where another tree has the state folder, the database says so before anything of ours is written.
    const inUse = !config.databaseUrl && runningUrl(stateDir) !== null;
    // In the demonstration the small Internet has the name server that it asks.
    if (dns && !config.demo && !inUse) startResolver();
    if (config.roles.some((role) => role !== 'dns')) await startDatabase();
    if (config.demo) await run('world', distFile('world.js'), { WORLD_PUBLIC_ORIGIN: config.publicOrigin });
    if (dns && (config.demo || inUse)) startResolver();
    const app = config.roles.filter((r) => r !== 'dns' && !(apart as readonly string[]).includes(r));
    for (const role of apart)
      if (config.roles.includes(role)) starts.push(run(role, distFile('main.js'), { SALAMA_ROLES: role }));
    if (app.length > 0) starts.push(run('app', distFile('main.js'), { SALAMA_ROLES: app.join(',') }));
    await Promise.all(starts);
  } catch (error) {
    // Refused: nothing of the tree stays behind.
    if (!stopping) await end();
    throw error;
  }

  if (config.demo) {
    const file = path.join(stateDir, 'demo.json');
    writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
    ready.push(`These links, the API key and the addresses are also in ${file}`);
  }
  say(['', ...ready, '', `ready after ${((performance.now() - began) / 1000).toFixed(1)} s; Ctrl-C stops`].join('\n'));
}
