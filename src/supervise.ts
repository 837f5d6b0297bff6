import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './platform/config.ts';
import { ensureAppDir, ensureFilesDir } from './platform/files-dir.ts';
import { migrate } from './platform/migrate.ts';
import { resolveStateDir, startPostgres, withExternal } from './platform/postgres/index.ts';
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

/** The root of the process tree: database, world (demonstration), then one process for web and worker, one for capture. */
export async function supervise(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const began = performance.now();
  const place = resolveStateDir(config.stateDir);
  if (place.moved) say(place.reason ?? `state is kept in ${place.dir}`);
  const stateDir = place.dir;
  const postgres = config.databaseUrl
    ? undefined
    : await startPostgres({ stateDir, log: (line) => (config.logLevel === 'silent' ? undefined : say(line)) });
  const databaseUrl = postgres?.url ?? (await withExternal(config.databaseUrl as string)).url;
  ensureFilesDir(stateDir);
  // Tables that a resolver starts from without the database; the worker lays them out.
  ensureAppDir(stateDir, 'dns');
  if (!existsSync(path.join(stateDir, 'keys'))) mkdirSync(path.join(stateDir, 'keys'), { mode: 0o700 });
  const applied = await migrate(databaseUrl, findRoot());
  if (applied.length > 0) say(`database brought up to date (${applied.length} migration(s))`);

  const children: Child[] = [];
  const ready: string[] = [];
  let demo: Record<string, unknown> = {};
  const runFile = path.join(stateDir, 'run.json');
  const writeRun = () => {
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
    rmSync(runFile, { force: true });
  };
  const stop = async (signal: string) => {
    if (stopping) return;
    say(`stopping (${signal})`);
    await end();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

  try {
    if (config.demo) await run('world', distFile('world.js'), { WORLD_PUBLIC_ORIGIN: config.publicOrigin });
    const starts: Promise<void>[] = [];
    const app = config.roles.filter((r) => r !== 'capture');
    if (config.roles.includes('capture')) starts.push(run('capture', distFile('main.js'), { SALAMA_ROLES: 'capture' }));
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
