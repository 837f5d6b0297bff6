import type { Answered, Forwarder } from '../answer/forwarder.ts';
import type { Client } from '../policy.ts';
import { RCODE } from '../wire/codes.ts';
import { DEVICE_ID, MOST_REQUEST } from './request.ts';

/** A request of DNS over HTTPS (RFC 8484), from whichever HTTP server. */
export interface DohRequest {
  readonly method: string;
  /** `/dns-query` or `/dns-query/<id>`, without the query. */
  readonly path: string;
  /** Behind the `?`, as it came; empty without. */
  readonly query: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | undefined;
  /** Of the client, text form. */
  readonly address: string;
  /** When the path has none: from the server name. */
  readonly id?: string | undefined;
}

export interface DohReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const MESSAGE = 'application/dns-message';
const NOTHING = new Uint8Array(0);
const no = (status: number, headers: Record<string, string> = {}): DohReply => ({
  status,
  headers: { 'content-length': '0', 'cache-control': 'no-store', ...headers },
  body: NOTHING,
});
const BAD = no(400);
const UNKNOWN = no(404);
const METHOD = no(405, { allow: 'GET, POST' });
const TOO_LARGE = no(413);
export const TOO_MANY = no(429, { 'retry-after': '1' });
const OTHER_MEDIA = no(415, { accept: MESSAGE });

/** Answers requests of DoH; the path is checked here, so that a server may hand over all that begins with it. */
export class Doh {
  #forwarder: Forwarder;
  #path: string;
  #allows: ((client: Client) => boolean) | undefined;

  /** @param allows asked before each question that can be answered; false is a 429. Absent = whoever calls has counted */
  constructor(forwarder: Forwarder, path: string, allows?: (client: Client) => boolean) {
    this.#forwarder = forwarder;
    this.#path = path;
    this.#allows = allows;
  }

  /** A refusal that needs no body, so that no server reads what it will not use. Undefined = go on. */
  refuse({ method, path, contentType }: Pick<DohRequest, 'method' | 'path' | 'contentType'>): DohReply | undefined {
    if (this.#id(path) === null) return UNKNOWN;
    if (method !== 'GET' && method !== 'POST') return METHOD;
    if (method === 'POST' && contentType?.split(';', 1)[0]?.trim().toLowerCase() !== MESSAGE) return OTHER_MEDIA;
    return undefined;
  }

  /** Undefined without an id in the path, null for another path. */
  #id(path: string): string | undefined | null {
    if (path === this.#path) return undefined;
    if (!path.startsWith(`${this.#path}/`)) return null;
    const id = path.slice(this.#path.length + 1);
    return DEVICE_ID.test(id) ? id.toLowerCase() : null;
  }

  /** At once when the answer is in memory. Never throws or rejects. */
  answer(request: DohRequest): DohReply | Promise<DohReply> {
    const refused = this.refuse(request);
    if (refused) return refused;
    const packet = request.method === 'POST' ? request.body : fromQuery(request.query);
    if (packet === undefined || packet.length === 0) return BAD;
    if (packet.length > MOST_REQUEST) return TOO_LARGE;
    const id = this.#id(request.path) ?? request.id;
    const client: Client = { transport: 'doh', address: request.address, id };
    if (this.#allows && !this.#allows(client)) return TOO_MANY;
    const answered = this.#forwarder.answer(packet, client);
    return answered instanceof Promise ? answered.then(reply) : reply(answered);
  }
}

function reply(answered: Answered | undefined): DohReply {
  if (!answered) return BAD;
  const { bytes, ttl } = answered;
  const failed = ((bytes[3] as number) & 15) === RCODE.SERVFAIL;
  return {
    status: 200,
    headers: {
      'content-type': MESSAGE,
      'content-length': String(bytes.length),
      // Private: what is answered depends on who asks.
      'cache-control': failed ? 'no-store' : `private, max-age=${ttl}`,
    },
    body: bytes,
  };
}

const PARAMETER = /(?:^|&)dns=([A-Za-z0-9_-]*)(?:&|$)/;

/** The message of a GET: base64url without padding; undefined for anything else. */
function fromQuery(query: string): Uint8Array | undefined {
  if (query.length > 2 * MOST_REQUEST) return undefined;
  const text = PARAMETER.exec(query)?.[1];
  if (!text || text.length % 4 === 1) return undefined;
  return Buffer.from(text, 'base64url');
}
