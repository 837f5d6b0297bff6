import type { CoreSettings } from '../answer/core.ts';
import type { Endpoint } from '../listen/udp.ts';

/** Where a thread listens; `held`: a door that its process holds open (`LaneDoors`). */
export interface LaneEndpoint extends Endpoint {
  readonly held?: number | undefined;
}

/** All that a core needs and that can be given to another thread. */
export type SharedSettings = Omit<CoreSettings, 'policy' | 'clock' | 'random'>;

/** What a thread is started with. */
export interface LaneOrder {
  readonly listen: readonly LaneEndpoint[];
  readonly core: SharedSettings;
  readonly proxies: readonly string[];
  /** URL of a module whose default export is a `PolicyFactory`, and what it is given. */
  readonly policy: { readonly module: string; readonly link: unknown };
  readonly force: 'plain' | 'batch' | undefined;
}

/** What a thread is told. */
export type LaneCommand =
  | { readonly kind: 'stats'; readonly number: number }
  | { readonly kind: 'secrets'; readonly secrets: readonly Uint8Array[] }
  | { readonly kind: 'close'; readonly graceMs: number };

/** What is known of an open door. */
export interface LaneDoor {
  readonly port: number;
  readonly kind: 'batch' | 'plain';
  /** Why there are no batches. */
  readonly reason: string | undefined;
}

/** Numbers alone. */
export type Numbers = Readonly<Record<string, number>>;

/** What a thread tells. */
export type LaneReport =
  | { readonly kind: 'ready'; readonly doors: readonly LaneDoor[] }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'stats'; readonly number: number; readonly stats: Numbers };
