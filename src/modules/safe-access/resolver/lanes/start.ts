import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LaneDoors, LaneGroup, type SharedSettings } from '../../../../../packages/dns-proxy/index.ts';
import type { Logger } from '../../../../platform/log.ts';
import { findRoot } from '../../../../platform/root.ts';
import type { LaneFeed } from './feed.ts';

/** A thread that could not be started again so often will not be: the process is. */
const ENOUGH = 3;
/** What arrives meanwhile waits at the door. */
const RESTART_MS = 100;

/** From sources the thread loads it as it is; a built program has it as a file of its own. */
function policyModule(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./policy.thread.ts', import.meta.url)
    : pathToFileURL(path.join(findRoot(), 'dist/server/dns-lane-policy.js'));
}

export interface LaneOptions {
  /** Threads; undefined = one, where there is a processor for it. */
  readonly wanted: number | undefined;
  readonly listen: readonly { readonly address: string; readonly port: number }[];
  readonly proxies: readonly string[];
  readonly core: SharedSettings;
  readonly feed: LaneFeed;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** Told when a lane cannot be started any more: nobody answers over UDP. */
  readonly onLost: (error: unknown) => void;
}

/**
 * Answers over UDP in threads of their own. Called while the process still may open its ports and read its own program: a
 * thread that dies later needs neither. @returns undefined where plain sockets have to do @throws when an address cannot be had
 */
export async function startLanes(options: LaneOptions): Promise<LaneGroup | undefined> {
  const { listen, proxies, core, feed, log, onLost } = options;
  const count = options.wanted ?? (availableParallelism() > 1 ? 1 : 0);
  if (count === 0) return undefined;
  const doors = await LaneDoors.open(listen, count);
  if (doors instanceof Error) {
    log.warn({ err: doors }, 'lanes do not work here: UDP is answered by plain sockets');
    return undefined;
  }
  try {
    return await LaneGroup.start({
      count,
      listen,
      doors,
      proxies,
      core,
      policy: { module: policyModule(), link: () => feed.link() },
      restartMs: RESTART_MS,
      onTrouble(err, failures) {
        log.error({ err, failures }, 'a lane ended and is started again');
        if (failures >= ENOUGH) onLost(err);
      },
    });
  } catch (err) {
    log.warn({ err }, 'lanes could not be started: UDP is answered by plain sockets');
    return undefined;
  }
}
