import type { DeskMode } from './abuse-desk.ts';
import type { WorldOptions, WorldPorts } from './index.ts';

/** Where the world listens when nobody says otherwise: fixed, so that the demonstration's addresses stay the same. */
export const FIXED_PORTS: WorldPorts = { dns: 8153, http: 8180, https: 8143, rdap: 8190, smtp: 8125, mailbox: 8181 };

const MODES: readonly DeskMode[] = ['acts', 'silent', 'disagrees'];

/**
 * Reads `WORLD_{DNS,HTTP,HTTPS,RDAP,SMTP,MAILBOX}_PORT`, `WORLD_ABUSE_DESK_DELAY_MS` (default 60000),
 * `WORLD_DESK_MODE`, `WORLD_PUBLIC_ORIGIN`, `WORLD_SEED` and `WORLD_JSON`. Throws one error with every problem in it.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): { options: WorldOptions; jsonPath: string | undefined } {
  const problems: string[] = [];
  const integer = (name: string, usual: number, max: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return usual;
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= max) return value;
    problems.push(`${name}: must be a whole number from 0 to ${max}`);
    return usual;
  };
  const ports = Object.fromEntries(
    Object.entries(FIXED_PORTS).map(([name, usual]) => [
      name,
      integer(`WORLD_${name.toUpperCase()}_PORT`, usual, 65_535),
    ]),
  );
  const deskMode = MODES.find((m) => m === (env.WORLD_DESK_MODE || 'acts'));
  if (!deskMode) problems.push(`WORLD_DESK_MODE: must be one of ${MODES.join(', ')}`);
  const publicOrigin = env.WORLD_PUBLIC_ORIGIN || undefined;
  if (publicOrigin !== undefined && (!URL.canParse(publicOrigin) || new URL(publicOrigin).origin !== publicOrigin))
    problems.push('WORLD_PUBLIC_ORIGIN: must be an origin such as http://localhost:8080');
  const options: WorldOptions = {
    ports,
    abuseDeskDelayMs: integer('WORLD_ABUSE_DESK_DELAY_MS', 60_000, 86_400_000),
    deskMode,
    publicOrigin,
    seed: integer('WORLD_SEED', 1, 0xffffffff),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { options, jsonPath: env.WORLD_JSON || undefined };
}
