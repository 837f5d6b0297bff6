import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { sha256 } from './merkle.ts';

/** What the log says about itself at one size. */
export interface TreeHead {
  /** Name of the log, such as 'report.example.ma/audit'. */
  origin: string;
  /** Number of entries. */
  size: number;
  root: Buffer;
  /** Last link of the chain. */
  chain: Buffer;
  at: Date;
}

export interface SignedHead extends TreeHead {
  /** Ed25519 (RFC 8032) over {@link headStatement}. */
  signature: Buffer;
}

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const hash = base64.refine((it) => it.length === 32, 'must be 32 bytes in base64');
const origin = z.string().regex(/^[^\s+]+$/, 'must be a name without spaces and plus signs');

/** A head as published at /audit/head.json. */
export const headJson = z.object({
  origin,
  size: z.int().min(0),
  root: hash,
  chain: hash,
  at: z.iso.datetime({ precision: 3 }).transform((text) => new Date(text)),
  signature: base64.refine((it) => it.length === 64, 'must be 64 bytes in base64'),
});
export type HeadJson = z.input<typeof headJson>;

export function toHeadJson(head: SignedHead): HeadJson {
  return {
    origin: head.origin,
    size: head.size,
    root: head.root.toString('base64'),
    chain: head.chain.toString('base64'),
    at: head.at.toISOString(),
    signature: head.signature.toString('base64'),
  };
}

/** The log's name: its public address without the scheme. */
export function originOf(publicOrigin: string): string {
  return `${publicOrigin.replace(/^https?:\/\//, '')}/audit`;
}

/**
 * The text that is signed: the note text of a C2SP checkpoint (https://c2sp.org/tlog-checkpoint), so that independent
 * witnesses of transparency logs can read it. Five lines, each ended by a newline:
 *
 *     <origin>
 *     <number of entries>
 *     <root, base64>
 *     chain <last link of the chain, base64>
 *     at <ISO 8601, UTC, milliseconds>
 */
export function headStatement(head: TreeHead): string {
  const { size, root, chain, at } = head;
  return [
    head.origin,
    String(size),
    root.toString('base64'),
    `chain ${chain.toString('base64')}`,
    `at ${at.toISOString()}`,
    '',
  ].join('\n');
}

export function signHead(head: TreeHead, sign: (data: Buffer) => Buffer): SignedHead {
  return { ...head, signature: sign(Buffer.from(headStatement(head), 'utf8')) };
}

export function verifyHead(head: SignedHead, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(headStatement(head), 'utf8'), publicKey, head.signature);
}

/** @throws when the text is not the PEM of an Ed25519 key */
export function readPublicKey(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the key is not an Ed25519 key');
  return key;
}

/** The head as a signed note (https://c2sp.org/signed-note). */
export function checkpoint(head: SignedHead, publicKeyPem: string): string {
  const signature = Buffer.concat([noteKeyId(head.origin, publicKeyPem), head.signature]).toString('base64');
  return `${headStatement(head)}\n— ${head.origin} ${signature}\n`;
}

/** SHA-256(name || 0x0A || 0x01 || key), the first 4 bytes. */
export function noteKeyId(name: string, publicKeyPem: string): Buffer {
  // SubjectPublicKeyInfo of Ed25519 is 12 fixed bytes, then the 32 of the key (RFC 8410 §4).
  const raw = readPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }).subarray(12);
  return sha256(Buffer.concat([Buffer.from(`${name}\n\u0001`), raw])).subarray(0, 4);
}
