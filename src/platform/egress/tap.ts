import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A connection that keeps a copy of every byte in both directions: what went out and came in, before anything parsed it.
 * Ends quietly after `limit` bytes came in.
 */
export class Tap extends Duplex {
  readonly sent: Buffer[] = [];
  readonly received: Buffer[] = [];
  /** The answer went on after the limit. */
  cut = false;
  readonly #inner: Socket;
  #ended = false;
  #size = 0;

  constructor(inner: Socket, limit: number) {
    super();
    this.#inner = inner;
    const finish = () => {
      if (this.#ended) return;
      this.#ended = true;
      this.push(null);
    };
    inner.on('data', (chunk: Buffer) => {
      if (this.#ended) return;
      const room = limit - this.#size;
      const taken = chunk.subarray(0, room);
      this.#size += taken.length;
      this.received.push(taken);
      if (!this.push(taken)) inner.pause();
      if (chunk.length < room) return;
      this.cut = true;
      inner.destroy();
      finish();
    });
    inner.on('end', finish);
    inner.on('close', finish);
    inner.on('error', finish);
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.sent.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string, encoding));
    this.#inner.write(chunk, encoding, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }
}
