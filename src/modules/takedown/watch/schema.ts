import type { CheckState, Fingerprint } from '../check/index.ts';

export type WatchState = 'open' | 'gone' | 'stopped';

export type WatchRow = {
  item: string;
  url: string;
  state: WatchState;
  round: number;
  baseline: unknown;
  looks: number;
  last_state: CheckState | null;
  last_look_at: Date | null;
  next_check_at: Date | null;
  opened_at: Date;
  closed_at: Date | null;
  closed_by: string | null;
  looks_since_closing: number;
  lease: string | null;
  lease_until: Date | null;
  /** Nothing is fetched before a person allows it. */
  needs_leave: boolean;
  /** Digest of what a person would judge the last look by, and since when it has been a doubt. */
  last_signature: string | null;
  doubt_since: Date | null;
  /** What a person ruled on: no question again before it changes. */
  ruled_signature: string | null;
  /** Autonomous system it moved to, dealt with. */
  moved_to: number | null;
};
export const baselineOf = (row: Pick<WatchRow, 'baseline'>): Fingerprint | undefined =>
  (row.baseline as Fingerprint | null) ?? undefined;

/** What a look that a person has to judge brought back; in the measure of a fingerprint, no content. */
export interface LookFacts {
  title: string;
  words: number;
  media: string[];
  mediaCount: number;
  contentType: string;
  size?: [width: number, height: number];
  address?: string;
  asn?: number;
}

export type CheckRow = {
  id: string;
  item: string;
  round: number;
  at: Date;
  vantage: string;
  state: CheckState;
  reasons: string[];
  detail: unknown;
};
