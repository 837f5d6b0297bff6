import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { DnsTableError } from './error.ts';
import { FOLD } from './name.ts';
import { type Change, checked, identity, OverlayLog, recordBytes } from './overlay.ts';
import type { ReaderLink, TableState } from './reader.ts';
import { closeSnapshot, type Snapshot } from './snapshot.ts';

export interface PublisherOptions {
  /** Bytes the overlay has room for before it is laid out anew; a change takes about 20. Default 256 kB. */
  readonly overlayBytes?: number;
  /** How many threads may read. Default 64. */
  readonly readers?: number;
}

/**
 * The one writer: owns the base and the overlay, and lets readers in this and other threads see a change at their next
 * look-up. Nothing is copied for them: a new base is a pointer to shared memory, sent to each reader before the generation
 * goes up.
 */
export class TablePublisher {
  private base: Snapshot;
  private log: OverlayLog;
  private generation = 1;
  private readonly control: Int32Array;
  private readonly ports: (MessagePort | undefined)[];
  private readonly retired: { generation: number; snapshot: Snapshot }[] = [];
  private readonly standing = new Map<string, { number: number; change: Change }>();
  private readonly overlayBytes: number;
  private number = 0;
  private closed = false;

  /** Takes over the snapshot: `swap` and `close` close its file. */
  constructor(base: Snapshot, options: PublisherOptions = {}) {
    this.base = base;
    this.overlayBytes = options.overlayBytes ?? 256 * 1024;
    this.log = new OverlayLog(this.overlayBytes);
    this.ports = new Array(options.readers ?? 64).fill(undefined);
    this.control = new Int32Array(new SharedArrayBuffer(4 * (1 + this.ports.length)));
    this.control[0] = this.generation;
  }

  /** How many changes were applied in all: note it before building a new base, and pass it to `swap`. */
  get applied(): number {
    return this.number;
  }

  /** Changes that stand in front of the base now. */
  get overlaid(): number {
    return this.standing.size;
  }

  /** The base in use. The publisher closes its file; only read it. */
  get snapshot(): Snapshot {
    return this.base;
  }

  /** The changes in front of the base, the oldest first, each name, scope and category once. */
  changes(): Change[] {
    return [...this.standing.values()].sort((a, b) => a.number - b.number).map((c) => c.change);
  }

  /**
   * A link for one more reader, in any thread of this process.
   * @throws DnsTableError `readers`: no place is left
   */
  connect(): ReaderLink {
    this.mustBeOpen();
    const slot = this.ports.indexOf(undefined);
    if (slot < 0) throw new DnsTableError('readers', `no more than ${this.ports.length} readers`);
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    this.ports[slot] = port1;
    Atomics.store(this.control, 1 + slot, this.generation);
    return { slot, control: this.control.buffer as SharedArrayBuffer, port: port2, state: this.state() };
  }

  /** Forgets a reader whose thread has ended, so that old files need not stay open for it. */
  disconnect(link: Pick<ReaderLink, 'slot'>): void {
    this.ports[link.slot]?.close();
    this.ports[link.slot] = undefined;
    this.sweep();
  }

  /**
   * Applies changes in order; a look-up that begins after the return sees all of them, and no look-up sees a part.
   * @throws DnsTableError `name`, `rule`: nothing was applied
   */
  apply(changes: readonly Change[]): void {
    this.mustBeOpen();
    const good = changes.map((c) => checked(c, FOLD));
    for (const change of good) this.standing.set(identity(change), { number: ++this.number, change });
    if (!this.log.append(good)) this.relay();
    this.sweep();
  }

  /**
   * Puts a new base under the overlay. Changes up to number `upTo` are in the new base and leave the overlay; later ones
   * stay in front of it. The old file is closed when every reader has left it.
   */
  swap(base: Snapshot, upTo: number): void {
    this.mustBeOpen();
    for (const [key, { number }] of this.standing) if (number <= upTo) this.standing.delete(key);
    const old = this.base;
    this.base = base;
    this.relay();
    this.retired.push({ generation: this.generation, snapshot: old });
    this.sweep();
  }

  /** Ends everything. Readers must not look up any more: the file is closed. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const port of this.ports) port?.close();
    for (const { snapshot } of this.retired.splice(0)) closeSnapshot(snapshot);
    closeSnapshot(this.base);
  }

  private mustBeOpen(): void {
    if (this.closed) throw new DnsTableError('closed', 'the table is closed');
  }

  /** A fresh overlay of what still counts, and everybody told. */
  private relay(): void {
    const left = this.changes();
    const bytes = left.reduce((n, c) => n + recordBytes(c), 0);
    this.log = new OverlayLog(Math.max(this.overlayBytes, 2 * bytes));
    this.log.append(left);
    this.generation++;
    for (const port of this.ports) port?.postMessage(this.state());
    Atomics.store(this.control, 0, this.generation);
  }

  private state(): TableState {
    const { memory: base, file, names } = this.base;
    return { generation: this.generation, base, file, overlay: this.log.memory, names };
  }

  private sweep(): void {
    let oldest = this.generation;
    this.ports.forEach((port, slot) => {
      if (port) oldest = Math.min(oldest, Atomics.load(this.control, 1 + slot));
    });
    while (this.retired[0] && this.retired[0].generation <= oldest) {
      closeSnapshot((this.retired.shift() as { snapshot: Snapshot }).snapshot);
    }
  }
}
