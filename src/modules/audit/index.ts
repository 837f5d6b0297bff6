import type { Db } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import { originOf, type SignedHead } from './log/head.ts';
import type { ConsistencyProof, InclusionProof } from './proof.ts';
import { proveConsistency, proveInclusion } from './prover.ts';
import { SEAL_LIMIT, sealOnce } from './seal.ts';
import { type AuditFilter, type AuditPage, type Found, searchEntries } from './search.ts';
import { countPending, newestHead } from './store.ts';

export { type AuditCommandDeps, runAuditCommand } from './command.ts';
export type { JsonValue } from './log/canonical.ts';
export { type AuditEntry, commitTo, type EntryJson, entryJson, leafHash } from './log/entry.ts';
export { checkpoint, type HeadJson, type SignedHead, toHeadJson } from './log/head.ts';
export {
  type ConsistencyProof,
  entrySchema,
  type InclusionProof,
  type ProofProblem,
  type Trust,
  verifyProof,
} from './proof.ts';
export { recordAudit, recordAudits } from './record.ts';
export type { AuditFilter, AuditPage, Found, FoundEntry } from './search.ts';

export interface Audit {
  /** Chains one batch of committed entries; returns how many. */
  sealOnce(): Promise<number>;
  /** The newest signed head; undefined before the first seal. */
  head(): Promise<SignedHead | undefined>;
  /** 'pending' for an entry that the sealer has not reached, undefined for one that does not exist. */
  inclusionProof(entryId: string): Promise<InclusionProof | 'pending' | undefined>;
  /** Between two sizes of which heads were signed; AUDIT_HEAD_UNKNOWN otherwise. */
  consistencyProof(first: number, second: number): Promise<ConsistencyProof>;
  search(filter: AuditFilter, page?: AuditPage): Promise<Found>;
  /** How the sealer is doing; for the desk, metrics and alerts. */
  status(): Promise<AuditStatus>;
  readonly publicKeyPem: string;
}

export interface AuditStatus {
  head: SignedHead | undefined;
  /** Committed entries that no head covers yet. */
  pending: number;
}

const SEAL_EVERY_MS = 250;

type Tools = Pick<Platform, 'clock' | 'config' | 'db' | 'keys' | 'ticks'>;

/** The audit log: entries come in through {@link recordAudit}, the sealer runs as a tick of the worker role. */
export function createAudit({ clock, config, db, keys, ticks }: Tools): Audit {
  const origin = originOf(config.publicOrigin);
  const seal = (into: Db) => sealOnce(into, { now: clock.now(), origin, sign: (data) => keys.signHead(data) });
  ticks.every('audit.seal', SEAL_EVERY_MS, async () => {
    let sealed = 0;
    do sealed = await seal(db);
    while (sealed === SEAL_LIMIT);
  });
  return {
    sealOnce: () => seal(db),
    head: () => newestHead(db),
    inclusionProof: (entryId) => proveInclusion(db, keys.publicKeyPem, entryId),
    consistencyProof: (first, second) => proveConsistency(db, keys.publicKeyPem, first, second),
    search: (filter, page) => searchEntries(db, filter, page),
    status: async () => ({ head: await newestHead(db), pending: await countPending(db) }),
    publicKeyPem: keys.publicKeyPem,
  };
}
