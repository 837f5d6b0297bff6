import { randomBytes } from 'node:crypto';
import { fromBER, Integer, Null, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  ContentInfo,
  MessageImprint,
  PKIStatus,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const MAX_ANSWER = 64 * 1024;

export interface TimeStamp {
  /** The whole answer (TimeStampResp, DER), as `openssl ts -verify` takes it. */
  response: Buffer;
  /** What the authority says the time was. */
  at: Date;
}

export type TimeStampResult = TimeStamp | { failed: string };

async function readLimited(response: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const sameBytes = (a: ArrayBuffer | Uint8Array, b: Uint8Array) => Buffer.from(a as ArrayBuffer).equals(Buffer.from(b));

/** Reads an answer and checks all that can be checked without trusting anybody: status, digest, nonce, signature. */
async function examine(der: Buffer, digest: Buffer, nonce: Integer): Promise<TimeStampResult> {
  const parsed = fromBER(new Uint8Array(der));
  // `openssl ts` reads exactly one structure; bytes after it would be bytes that nobody checks.
  if (parsed.offset !== der.length) return { failed: 'the answer is no time-stamp' };
  const response = new TimeStampResp({ schema: parsed.result });
  const { status } = response.status;
  if (status !== PKIStatus.granted && status !== PKIStatus.grantedWithMods)
    return { failed: `the authority refused (status ${status})` };
  if (!response.timeStampToken) return { failed: 'the answer has no token' };
  const signed = new SignedData({ schema: response.timeStampToken.content });
  const content = signed.encapContentInfo.eContent;
  if (!content) return { failed: 'the token is empty' };
  const info = new TSTInfo({ schema: fromBER(content.getValue()).result });
  if (!sameBytes(info.messageImprint.hashedMessage.valueBlock.valueHexView, digest))
    return { failed: 'the token is for something else' };
  if (!info.nonce || !sameBytes(info.nonce.valueBlock.valueHexView, nonce.valueBlock.valueHexView))
    return { failed: 'the token answers another question' };
  // The imprint was compared above, with the digest alone; told that it is a TSTInfo, the library wants the data itself.
  signed.encapContentInfo.eContentType = ContentInfo.DATA;
  const good = await signed.verify({ signer: 0, checkChain: false });
  return good ? { response: der, at: info.genTime } : { failed: 'the token’s signature does not hold' };
}

/**
 * Asks a time-stamping authority (RFC 3161) over HTTP for a token over data with this SHA-256. Never throws: what went wrong is a value,
 * and the caller may ask again. Whether the authority is to be trusted is for whoever verifies.
 * @param url of the authority, from the configuration
 */
export async function timeStamp(url: string, digest: Buffer, timeoutMs = 15_000): Promise<TimeStampResult> {
  const random = randomBytes(16);
  // Positive and without a leading zero: one encoding only (X.690 §8.3.2).
  random[0] = ((random[0] as number) & 0x3f) | 0x40;
  const nonce = new Integer({ valueHex: new Uint8Array(random).buffer });
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(digest).buffer }),
    }),
    nonce,
    certReq: true,
  });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: request.toSchema().toBER(),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.status !== 200) return { failed: `the authority answered ${answer.status}` };
    const der = await readLimited(answer);
    return der ? await examine(der, digest, nonce) : { failed: 'the answer is too long' };
  } catch (error) {
    return { failed: error instanceof Error ? error.message.slice(0, 200) : 'no answer' };
  }
}
