/** How a question came. `doh` and `dot` are encrypted: only there structured errors are given. */
export type Transport = 'udp' | 'tcp' | 'dot' | 'doh';

/** Who asks, as far as the transport tells: never kept, never logged. */
export interface Client {
  readonly transport: Transport;
  /** Source address, for profiles of whole networks (a school's line) and for rate limits; text form. */
  readonly address: string;
  /** The same in 4 or 16 bytes, where the door has them anyway; `address` may then be made only when somebody asks for it. */
  readonly raw?: Uint8Array;
  /** From the DoH path (`/dns-query/<id>`) or the first label of the DoT server name (`<id>.dns.example`). */
  readonly id: string | undefined;
}

/**
 * One question, still in the packet it came in: nothing is copied to decide it. The object is filled again for the next
 * question and the packet overwritten: whoever wants to keep something of them copies it during the call.
 */
export interface Question {
  readonly packet: Uint8Array;
  /** Where the uncompressed name begins. */
  readonly name: number;
  /** Query type (1 A, 28 AAAA, 65 HTTPS …); the class is always IN. */
  readonly type: number;
  readonly client: Client;
  /** Milliseconds since 1970, read once for a batch. */
  readonly now: number;
}

/** Extended DNS error codes that a policy gives (RFC 8914). */
export const EDE = { forged: 4, blocked: 15, censored: 16, filtered: 17, prohibited: 18 } as const;

/** What a machine can read about a block (draft-ietf-dnsop-structured-dns-error): only over encrypted transports. */
export interface StructuredError {
  /** Contact: `https:` link where one may contest, `tel:` … */
  readonly c: readonly string[];
  /** Justification, in the language of the profile. */
  readonly j: string;
  /** Suberror of the draft's registry. */
  readonly s?: number;
  /** Organisation that decided. */
  readonly o: string;
  readonly l?: string;
}

/** What is to be done with a question. Verdicts are made once and given again: compare them by identity, never change one. */
export type Verdict =
  | {
      readonly kind: 'forward';
      /** Names that an answer's CNAME records lead to are asked about as well (`Policy.decide` with the new name). */
      readonly follow: boolean;
      /** HTTPS and SVCB answers lose their `ech` parameter. */
      readonly withoutEch: boolean;
    }
  | {
      readonly kind: 'block';
      readonly answer: 'nxdomain' | 'nodata' | 'refused' | { readonly a?: string; readonly aaaa?: string };
      readonly ede: number;
      /** Short text beside the code, in clear transports too: names nobody and tells nothing of the list. */
      readonly text?: string;
      readonly structured?: StructuredError;
      /** Seconds; small, so that opening counts as fast as closing. */
      readonly ttl: number;
    }
  /** The answer is a CNAME to `target` (wire form) and its addresses; types other than A and AAAA get NODATA. */
  | { readonly kind: 'rewrite'; readonly target: Uint8Array; readonly ede: number; readonly ttl: number }
  /** Answered here: records in wire form without owner name (type, class, ttl, length, data), or none for NODATA. */
  | { readonly kind: 'local'; readonly records: readonly Uint8Array[] };

/**
 * Decides in the packet's way: synchronous, from memory alone, without a call to anybody. It must not throw (a question whose
 * decision throws gets SERVFAIL); what cannot be decided is decided as safely as the policy thinks right. A question that
 * had to be fetched is decided again when the answer is there, so it may be asked more than once. Names under `resolver.arpa`
 * and RESINFO of the resolver's own name never come here.
 */
export interface Policy {
  decide(question: Question): Verdict;
  /**
   * Told what was decided, for counts a family asked for, once for each question that got a whole answer: what does not fit
   * into UDP comes again and is told then. The answer is written but not sent: this must be as quick as deciding. With a
   * name behind a name (`follow`) the question is the one that was asked, the verdict the one about what it led to. Absent =
   * nobody counts.
   */
  noted?(question: Question, verdict: Verdict): void;
  /** Told, in a thread of its own, that nothing is asked any more: the last counts go home. It must be quick, and not wait. */
  close?(): void;
}

/**
 * What a thread of its own loads to decide: a module whose default export makes the policy from what was given to the
 * thread. `link` carries shared tables and the port over which profiles follow.
 */
export type PolicyFactory = (link: unknown) => Policy | Promise<Policy>;
