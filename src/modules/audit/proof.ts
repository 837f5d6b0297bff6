import { z } from 'zod';
import type { JsonValue } from './log/canonical.ts';
import { leafHash } from './log/entry.ts';
import { headJson, readPublicKey, type SignedHead, verifyHead } from './log/head.ts';
import { verifyConsistency, verifyInclusion } from './log/merkle.ts';

const detail: z.ZodType<Record<string, JsonValue>> = z.record(z.string(), z.json());

/** An entry as exports and proofs carry it. Strict: a member that is not hashed must not be there to be believed. */
export const entrySchema = z.strictObject({
  id: z.uuid().lowercase(),
  at: z.iso.datetime({ precision: 3 }),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail,
  commitment: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

const hash = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((it) => it.length === 32, 'must be 32 bytes in base64');

/** That an entry is in the log whose head is signed (RFC 9162 §2.1.3). */
const inclusionSchema = z.strictObject({
  kind: z.literal('inclusion'),
  entry: entrySchema,
  index: z.int().min(0),
  path: z.array(hash).max(64),
  head: headJson,
  publicKey: z.string(),
});

/** That one head's log is the beginning of another's (RFC 9162 §2.1.4). */
const consistencySchema = z.strictObject({
  kind: z.literal('consistency'),
  first: headJson,
  second: headJson,
  path: z.array(hash).max(128),
  publicKey: z.string(),
});

export const proofSchema = z.discriminatedUnion('kind', [inclusionSchema, consistencySchema]);
export type InclusionProof = z.input<typeof inclusionSchema>;
export type ConsistencyProof = z.input<typeof consistencySchema>;

/** What a proof is checked against besides itself; the more of it comes from elsewhere, the more it proves. */
export interface Trust {
  /** PEM of the log's key, got in another way than the proof. */
  publicKey?: string | undefined;
  /** A head that was kept or published elsewhere. */
  head?: SignedHead | undefined;
}

export type ProofProblem = 'signature' | 'key' | 'path' | 'head';

export type ProofResult = { ok: true; proof: z.output<typeof proofSchema> } | { ok: false; problem: ProofProblem };

/**
 * Checks a proof with nothing but itself and what is trusted.
 *
 * - 'key': signed by another key than the trusted one
 * - 'signature': the head was not signed by the key
 * - 'path': the hashes do not lead from the entry (or the first head) to the head
 * - 'head': the trusted head is not the proof's
 *
 * @throws ZodError when it is no proof at all
 */
export function verifyProof(raw: unknown, trust: Trust = {}): ProofResult {
  const proof = proofSchema.parse(raw);
  if (trust.publicKey && !sameKey(trust.publicKey, proof.publicKey)) return { ok: false, problem: 'key' };
  const key = readPublicKey(proof.publicKey);
  const heads: SignedHead[] = proof.kind === 'inclusion' ? [proof.head] : [proof.first, proof.second];
  if (!heads.every((head) => verifyHead(head, key))) return { ok: false, problem: 'signature' };
  if (!pathHolds(proof)) return { ok: false, problem: 'path' };
  if (trust.head && !heads.some((head) => sameTree(head, trust.head as SignedHead)))
    return { ok: false, problem: 'head' };
  return { ok: true, proof };
}

function pathHolds(proof: z.output<typeof proofSchema>): boolean {
  if (proof.kind === 'consistency') return verifyConsistency(proof.first, proof.second, proof.path);
  const { entry, index, head, path } = proof;
  return verifyInclusion(leafHash(entry), index, head.size, path, head.root);
}

export function sameTree(one: SignedHead, other: SignedHead): boolean {
  return one.size === other.size && one.root.equals(other.root) && one.chain.equals(other.chain);
}

export function sameKey(one: string, other: string): boolean {
  return readPublicKey(one).equals(readPublicKey(other));
}
