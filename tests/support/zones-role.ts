import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { TargetKind } from '../../src/modules/blocking/index.ts';
import type { Blocks } from '../../src/modules/blocking/testing/blocks.ts';
import { findRoot } from '../../src/platform/root.ts';

const DAY = 86_400_000;

/** The role `zones` as a process of its own, as an operator runs it. */
export class ZonesProcess {
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  /** Everything it said. */
  said = '';

  constructor(environment: Record<string, string>) {
    this.#environment = {
      ...process.env,
      SALAMA_CHILD: 'zones',
      SALAMA_ROLES: 'zones',
      SALAMA_DEV: '1',
      ...environment,
    };
  }

  start(): void {
    const child = spawn(process.execPath, ['--import', 'tsx', path.join(findRoot(), 'src/main.ts')], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => {
        this.said += bytes.toString();
      });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}

/** A court's order, proposed and approved; a third person releases it. */
export async function ordered(b: Blocks, target: string, kind: TargetKind = 'domain') {
  const { proposals, decisions } = b.blocking;
  const entry = await proposals.fromOrder({
    ...{ kind, target, number: '77/2026', date: '2026-11-20', reference: 'Archive C-77' },
    ...{ court: 'Tribunal de première instance de Rabat', scope: 'Le nom entier.', grounds: 'Reçue ce matin.' },
    account: await b.person('programme-manager', 'programme-manager'),
    expiresAt: new Date(b.scene.platform.clock.now().getTime() + 200 * DAY),
  });
  const senior = await b.person('senior-2', 'senior-analyst');
  const supervisor = await b.person('supervisor-2', 'supervisor');
  await decisions.approve(entry, senior, 'Seen.');
  return {
    release: () => decisions.release(entry, supervisor, 'Seen anew.'),
    remove: () => decisions.remove(entry, senior, 'mistake', 'Taken back.'),
  };
}
