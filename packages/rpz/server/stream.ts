import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { MAX_REQUEST } from '../wire/query.ts';
import { type Asker, busy, type Decision, transferMessages } from './answer.ts';
import type { TransferRecord } from './board.ts';
import type { Slots } from './slots.ts';

export interface StreamLimits {
  /** Without a request. RFC 7766 6.2.3 asks for seconds. */
  idleMs: number;
  /** A reader that takes nothing for that long is cut off. */
  stallMs: number;
  /** A whole transfer, however steady. */
  transferMs: number;
  /** How long a transfer waits for others to end. */
  waitMs: number;
  /** Requests that may wait on one connection. */
  pipelined: number;
}

type Transfer = Extract<Decision, { kind: 'transfer' }>;

interface Hooks {
  clock: Clock;
  limits: StreamLimits;
  slots: Slots;
  asker: Asker;
  decide(bytes: Buffer): Decision;
  done(transfer: Transfer, record: TransferRecord): void;
}

/** Answers requests on one connection, in their order, until it idles, breaks a rule or ends. */
export function serveStream(socket: Socket, hooks: Hooks): void {
  const { clock, limits } = hooks;
  let pending: Buffer = Buffer.alloc(0);
  const queue: Buffer[] = [];
  let working = false;
  let ended = false;
  let cancelIdle = () => {};
  const idle = () => {
    cancelIdle();
    cancelIdle = clock.after(limits.idleMs, () => socket.destroy());
  };

  const work = async () => {
    working = true;
    cancelIdle();
    for (let request = queue.shift(); request && !socket.destroyed; request = queue.shift()) {
      await answer(socket, request, hooks);
      if (queue.length < limits.pipelined) socket.resume();
    }
    working = false;
    if (socket.destroyed) return;
    if (ended) socket.end();
    else idle();
  };

  idle();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    cancelIdle();
    queue.length = 0;
  });
  socket.on('end', () => {
    ended = true;
    if (!working) socket.end();
  });
  socket.on('data', (data: Buffer) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      // Longer than anything that could be meant: no need to wait for the rest.
      if (length > MAX_REQUEST || length === 0) {
        socket.destroy();
        return;
      }
      if (pending.length < 2 + length) break;
      queue.push(Buffer.from(pending.subarray(2, 2 + length)));
      pending = pending.subarray(2 + length);
    }
    if (queue.length >= limits.pipelined) socket.pause();
    // A request in pieces does not stop the clock: a byte now and then holds no connection open.
    if (!working && queue.length > 0) work().catch(() => socket.destroy());
  });
}

async function answer(socket: Socket, request: Buffer, hooks: Hooks): Promise<void> {
  const decision = hooks.decide(request);
  if (decision.kind === 'reply' || decision.kind === 'refuse') {
    await write(socket, [lengthOf(decision.bytes), decision.bytes], hooks);
  } else if (decision.kind === 'transfer') await transfer(socket, decision, hooks);
  // What is no request has no business here.
  else socket.destroy();
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return length;
}

async function transfer(socket: Socket, decision: Transfer, hooks: Hooks): Promise<void> {
  const { clock, limits, slots, asker } = hooks;
  // "You are current" costs nothing and waits for nobody.
  const release = decision.body.kind === 'current' ? () => {} : await slots.take(decision.secondary.id, limits.waitMs);
  if (socket.destroyed) {
    release?.();
    return;
  }
  if (!release) {
    const bytes = busy(decision.query, decision.signer);
    await write(socket, [lengthOf(bytes), bytes], hooks);
    return;
  }
  const began = clock.now();
  const record: TransferRecord = {
    at: began,
    kind: decision.body.kind,
    serial: decision.body.serial,
    messages: 0,
    bytes: 0,
    ms: 0,
    complete: false,
    transport: asker.transport,
  };
  const cancel = clock.after(limits.transferMs, () => socket.destroy());
  try {
    for (const { parts, bytes } of transferMessages(decision.body.chunks, decision.query, decision.signer)) {
      await write(socket, parts, hooks);
      if (socket.destroyed) return;
      record.messages += 1;
      record.bytes += bytes;
    }
    await drained(socket, hooks);
    record.complete = !socket.destroyed;
  } finally {
    cancel();
    release();
    record.ms = clock.now() - began;
    hooks.done(decision, record);
  }
}

async function write(socket: Socket, parts: readonly Buffer[], hooks: Hooks): Promise<void> {
  if (socket.destroyed) return;
  socket.cork();
  for (const part of parts) socket.write(part);
  socket.uncork();
  if (socket.writableNeedDrain) await drained(socket, hooks);
}

/** Until the socket has taken what it was given; a reader that stalls loses it. */
function drained(socket: Socket, { clock, limits }: Hooks): Promise<void> {
  if (socket.destroyed || socket.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    let last = socket.bytesWritten - socket.writableLength;
    let cancel = () => {};
    const settle = () => {
      cancel();
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    const watch = () => {
      cancel = clock.after(limits.stallMs, () => {
        const taken = socket.bytesWritten - socket.writableLength;
        if (taken === last) socket.destroy();
        else {
          last = taken;
          watch();
        }
      });
    };
    watch();
    // `drain` only comes after a write that was told to wait; an empty write tells when all before it are out.
    if (socket.writableNeedDrain) socket.once('drain', settle);
    else socket.write('', settle);
    socket.once('close', settle);
  });
}
