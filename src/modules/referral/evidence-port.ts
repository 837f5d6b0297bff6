import type { Db } from '../../platform/db.ts';

/** One capture of an item, as a package lists it. */
export interface CaptureEntry {
  id: string;
  capturedAt: Date;
  /** SHA-256 of the sealed package, in hex. */
  sha256: string;
  url: string;
  /** What was taken, in one or two words of the evidence module. */
  kind: string;
  /** RFC 3161 time-stamp, when there is one. */
  stampedAt: Date | null;
}

/** What is known of an item by captures. Adapted to the evidence module where everything is wired. */
export interface EvidencePort {
  capturesOf(tx: Db, item: string): Promise<readonly CaptureEntry[]>;
}

/** No captures are kept: packages say so. */
export const NO_CAPTURES: EvidencePort = { capturesOf: async () => [] };
