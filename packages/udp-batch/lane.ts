export interface LaneOptions {
  /** To listen at; `::` takes IPv4 too unless `ipv6Only`. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /**
   * Descriptor of a door that is held open (`holdDoor`); the lane works on a copy of it and binds nothing. In batches only.
   */
  readonly held?: number | undefined;
  /** Others, also in other threads and processes of the same user, may listen at the same port; the kernel shares senders out. */
  readonly reusePort?: boolean;
  readonly ipv6Only?: boolean;
  /** Bytes of the kernel's queues. Default 4 MB and 1 MB; without the right to it the kernel gives what it allows. */
  readonly receiveBuffer?: number;
  readonly sendBuffer?: number;
  /** Longest datagram, received or sent. Longer ones are thrown away and counted. Default 2,048. */
  readonly bytes?: number;
  /** Datagrams that one call to the system takes. Default 64. */
  readonly batch?: number;
  /** `plain`: a plain socket even where batches would work; `batch`: nothing else will do. */
  readonly force?: 'plain' | 'batch';
}

/** Where a datagram came from or goes to. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** One datagram. The object is filled again for the next one, and the bytes overwritten: copy what you keep. */
export interface Datagram {
  readonly packet: Uint8Array;
  /** Only so many bytes of `packet` count; there may be more, of others. */
  readonly length: number;
  /** Source address in 4 or 16 bytes (IPv4 on an IPv6 socket: 4). */
  readonly raw: Uint8Array;
  readonly port: number;
  /** The same in text, made when asked for. */
  readonly address: string;
  /** Where the answer goes: as long as `LaneOptions.bytes`. */
  readonly out: Uint8Array;
  /** For an answer that comes later: pass it to `Lane.send`. */
  keep(): Peer;
}

/**
 * Called for each datagram. Returns the length of the answer in `out`, or 0 for none (or none yet). What it throws is counted, and
 * that datagram goes unanswered.
 */
export type Handle = (datagram: Datagram) => number;

/** Counters only go up. */
export class LaneStats {
  received = 0;
  sent = 0;
  /** Longer than may be, thrown away. */
  truncated = 0;
  /** Could not be sent: full queues, unreachable or senseless addresses, too long. */
  unsent = 0;
  /** The handler threw. */
  failures = 0;
  /** Calls to the system that took datagrams out. `received / calls` = how well batches filled. */
  calls = 0;
}

export interface Lane {
  readonly kind: 'batch' | 'plain';
  readonly port: number;
  readonly stats: Readonly<LaneStats>;
  /** Why there are no batches, when there are none and nobody forced that. */
  readonly reason: string | undefined;
  /** Sends a datagram by itself, soon; never throws. The bytes are copied before it returns. */
  send(bytes: Uint8Array, to: Peer): void;
  /** Sends what was given to `send` and closes; nothing is handled any more from the moment it is called. */
  close(): Promise<void>;
}

export const LANE_DEFAULTS = { receiveBuffer: 4 << 20, sendBuffer: 1 << 20, bytes: 2048, batch: 64 } as const;
