import { canonicalJson, type JsonValue } from './canonical.ts';
import { hashLeaf, sha256 } from './merkle.ts';

/** One thing that somebody or something did. Holds no personal data: no narrative, no contact, no names. */
export interface AuditEntry {
  /** UUID v7, made before the transaction. */
  id: string;
  at: Date;
  /** 'account:<uuid>', 'system', 'reporter' or 'machine:<key id>'. */
  actor: string;
  /** '<module>.<thing>.<what happened>', such as 'takedown.notice.sent'. */
  action: string;
  /** '<module>.<thing>:<uuid>', such as 'takedown.notice:0193…'. */
  subject: string;
  detail: Record<string, JsonValue>;
  /** Made by {@link commitTo}: ties the entry to something that it must not tell. */
  commitment?: Buffer | null;
}

/** The entry as exports and proofs carry it, and as it is hashed once its members are sorted. */
export interface EntryJson extends Record<string, JsonValue> {
  id: string;
  /** ISO 8601 in UTC with milliseconds. */
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, JsonValue>;
  /** Hex, or null. */
  commitment: string | null;
}

export function entryJson(entry: AuditEntry): EntryJson {
  const { id, at, actor, action, subject, detail, commitment } = entry;
  return {
    id,
    at: at.toISOString(),
    actor,
    action,
    subject,
    detail,
    commitment: commitment ? commitment.toString('hex') : null,
  };
}

/** Leaf of the tree: SHA-256(0x00 || canonical JSON of the entry). */
export function leafHash(entry: EntryJson): Buffer {
  return hashLeaf(Buffer.from(canonicalJson(entry), 'utf8'));
}

/** The first entry's `previous`. */
export const CHAIN_START = Buffer.alloc(32);

/** Link of the chain: SHA-256(previous link || leaf hash). */
export function chainHash(previous: Buffer, leaf: Buffer): Buffer {
  return sha256(Buffer.concat([previous, leaf]));
}

/**
 * A commitment to a text that stays secret: whoever keeps nonce and text can show later that the entry was about it,
 * nobody else can guess it. The nonce (32 random bytes) lives with the text, sealed, and dies with it.
 */
export function commitTo(nonce: Buffer, text: string | Buffer): Buffer {
  if (nonce.length !== 32) throw new RangeError('a commitment needs a nonce of 32 bytes');
  return sha256(Buffer.concat([Buffer.from('e-salama/commitment/1\n'), nonce, Buffer.from(text)]));
}
