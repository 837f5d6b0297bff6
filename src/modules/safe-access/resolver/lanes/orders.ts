import type { MessagePort } from 'node:worker_threads';
import type { ReaderLink } from '../../../../../packages/dns-table/index.ts';
import type { Lang } from '../../../../platform/i18n/index.ts';
import type { Category } from '../../profile/kinds.ts';
import type { Kinds } from '../../profile/windows.ts';
import type { ProfileFacts } from '../registry.ts';
import type { RewriteData } from '../rewrites.ts';
import type { SentenceTable } from '../sentence-table.ts';

/** What does not change while the process runs. */
export interface LaneSettings {
  /** Of the country: windows go by the clock on its walls. */
  readonly zone: string;
  readonly publicOrigin: string;
  readonly blockAddress: string | undefined;
  readonly lang: Lang;
  readonly dnsName: string;
  readonly sentences: SentenceTable;
  readonly rewrites: RewriteData;
}

/** What a thread is given: settings, and the way on which all that changes comes. */
export interface LaneLink {
  readonly settings: LaneSettings;
  readonly port: MessagePort;
  /** The number of the last message that was sent: a thread that has not seen it takes it before it decides. */
  readonly control: SharedArrayBuffer;
}

/** One change. It counts whole. */
export type LaneChange =
  | { readonly kind: 'profiles'; readonly put: readonly ProfileFacts[]; readonly gone: readonly string[] }
  | { readonly kind: 'ready'; readonly ready: boolean }
  | { readonly kind: 'help'; readonly names: readonly string[] }
  | { readonly kind: 'freed'; readonly freed: readonly (readonly [name: string, kinds: Kinds])[] }
  /** From then on the table's own way brings what changes in it. */
  | { readonly kind: 'national' | 'categories'; readonly link: ReaderLink };

export interface LaneMessage {
  /** One more than the one before; the first is 1. */
  readonly number: number;
  readonly change: LaneChange;
}

export interface CountedHere {
  readonly profile: string;
  readonly what: Category | 'deny';
  readonly name: string | undefined;
  n: number;
}

/** What a thread tells. Nothing in it says who asked but the device's id that a family gave it. */
export type LaneWord =
  | { readonly kind: 'blocked'; readonly at: number; readonly lines: readonly CountedHere[] }
  | { readonly kind: 'seen'; readonly at: number; readonly devices: readonly string[] }
  | { readonly kind: 'check'; readonly device: string; readonly word: string }
  | { readonly kind: 'trouble'; readonly error: unknown };
