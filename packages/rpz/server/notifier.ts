import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import type { TsigKey } from '../tsig/key.ts';
import { Signer, verify } from '../tsig/tsig.ts';
import { CLASS, OPCODE, rcodeName, TYPE } from '../wire/codes.ts';
import { HEADER, type Message } from '../wire/message.ts';
import { wireName } from '../wire/name.ts';
import type { Zone } from '../zone/zone.ts';
import type { NotifyRecord } from './board.ts';
import type { NotifyTarget, Secondary } from './secondaries.ts';

export interface NotifySettings {
  /** Milliseconds to wait for an answer at each attempt; as many attempts as there are figures. RFC 1996 3.6. */
  waits: readonly number[];
  /** Between two to the same target about the same zone, so that a burst of changes is not a burst of messages. */
  gapMs: number;
}

export const NOTIFY_DEFAULTS: NotifySettings = { waits: [1000, 2000, 4000, 8000, 16_000, 32_000], gapMs: 100 };

interface Pending {
  zone: Zone;
  secondary: Secondary;
  target: Required<NotifyTarget>;
  id: number;
  serial: number;
  attempts: number;
  firstAt: number;
  sentAt: number;
  mac?: Buffer;
  cancel?: () => void;
  /** What the last attempt was signed with. */
  key?: TsigKey | undefined;
  /** Over, one way or the other. */
  answered: boolean;
  /** Something came back, if not what we want. */
  heard: boolean;
}

interface Hooks {
  clock: Clock;
  settings: NotifySettings;
  send(bytes: Buffer, target: Required<NotifyTarget>): void;
  /** When the secondary last signed with that key. */
  keyUsed(name: string): number | undefined;
  report(secondary: Secondary, zone: Zone, record: NotifyRecord): void;
}

/** Tells secondaries that a zone changed (RFC 1996), again and again until they answer. */
export class Notifier {
  #hooks: Hooks;
  #pending = new Map<string, Pending>();

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** Tells all targets of these secondaries; what was under way about an older serial ends. */
  announce(zone: Zone, secondaries: readonly Secondary[]): void {
    for (const secondary of secondaries) {
      if (!secondary.zones.has(zone.origin)) continue;
      for (const target of secondary.notify) this.#begin(zone, secondary, target);
    }
  }

  stop(): void {
    for (const pending of this.#pending.values()) pending.cancel?.();
    this.#pending.clear();
  }

  /** An answer that came to our socket; true when it was to one of ours. */
  answered(message: Message, bytes: Buffer, from: { address: string; port: number }): boolean {
    if (message.header.opcode !== OPCODE.NOTIFY) return false;
    for (const pending of this.#pending.values()) {
      const { target } = pending;
      if (pending.answered || message.header.id !== pending.id || pending.attempts === 0) continue;
      if (target.address !== from.address || target.port !== from.port) continue;
      if (message.questions[0] && message.questions[0].name !== pending.zone.origin) continue;
      this.#settle(pending, message, bytes);
      return true;
    }
    return false;
  }

  #begin(zone: Zone, secondary: Secondary, target: Required<NotifyTarget>): void {
    const { clock, settings } = this.#hooks;
    const id = `${zone.origin} ${secondary.id} ${target.address} ${target.port}`;
    const old = this.#pending.get(id);
    old?.cancel?.();
    const now = clock.now();
    const pending: Pending = {
      zone,
      secondary,
      target,
      id: randomInt(0x10000),
      serial: zone.serial,
      attempts: 0,
      firstAt: now,
      sentAt: old?.sentAt ?? -Infinity,
      answered: false,
      heard: false,
    };
    this.#pending.set(id, pending);
    const early = pending.sentAt + settings.gapMs - now;
    if (early > 0) pending.cancel = clock.after(early, () => this.#send(pending));
    else this.#send(pending);
  }

  #send(pending: Pending): void {
    const { clock, settings, send } = this.#hooks;
    const wait = settings.waits[pending.attempts];
    if (wait === undefined) {
      pending.answered = true;
      if (!pending.heard) this.#report(pending, { answer: 'none' });
      return;
    }
    pending.attempts += 1;
    const keys = this.#keysFor(pending);
    pending.key = keys[(pending.attempts - 1) % keys.length];
    pending.sentAt = clock.now();
    pending.cancel = clock.after(wait, () => this.#send(pending));
    if (pending.attempts === 1) this.#report(pending, { answer: 'waiting' });
    send(this.#message(pending), pending.target);
  }

  #message(pending: Pending): Buffer {
    const { zone, id } = pending;
    const head = Buffer.alloc(HEADER);
    head.writeUInt16BE(id, 0);
    // Authoritative, as RFC 1996 3.8 shows it.
    head.writeUInt16BE((OPCODE.NOTIFY << 11) | 0x0400, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(1, 6);
    const question = Buffer.from([0, TYPE.SOA, 0, CLASS.IN]);
    const parts = [head, wireName(zone.origin), question, Buffer.from([0xc0, HEADER]), zone.soa()];
    const { key } = pending;
    if (key) {
      const signer = new Signer(key, undefined, () => Math.floor(this.#hooks.clock.now() / 1000));
      parts.push(signer.sign(parts, id));
      if (signer.lastMac) pending.mac = signer.lastMac;
      head.writeUInt16BE(1, 10);
    }
    return Buffer.concat(parts);
  }

  #settle(pending: Pending, message: Message, bytes: Buffer): void {
    const { clock } = this.#hooks;
    pending.heard = true;
    const answer = rcodeName(message.header.rcode);
    const ms = clock.now() - pending.sentAt;
    const { key } = pending;
    // A server that starts refuses for a moment; one that does not know NOTIFY will not learn it.
    const final = answer === 'NOERROR' || answer === 'NOTIMP';
    if (!key) {
      if (final) this.#end(pending, { answer, ms });
      else this.#report(pending, { answer, ms });
      return;
    }
    const record = message.additional.at(-1);
    const verified =
      message.tsigAt !== undefined &&
      record?.data.type === 'TSIG' &&
      verify(
        bytes,
        { at: message.tsigAt, keyName: record.name, class: record.class, ttl: record.ttl, data: record.data.tsig },
        (name) => pending.secondary.keys.find((k) => k.name === name),
        Math.floor(clock.now() / 1000),
        pending.mac,
      ).ok;
    if (verified && final) this.#end(pending, { answer, verified, ms });
    // Not verified, anybody may have sent it: said on the board, but we go on asking.
    else this.#report(pending, { answer, verified, ms });
    // It may know the other key only, or none: no need to wait before that is tried.
    if (!verified && pending.attempts < this.#keysFor(pending).length) {
      pending.cancel?.();
      this.#send(pending);
    }
  }

  /**
   * During a rollover one cannot know which key the secondary has: first the one that it signed with last (of those it never
   * used, the one that has been there longest), and the other at the next attempt. Who may ask without a key from the target's
   * address may run software there that has none, beside other software that has: without one in the end.
   */
  #keysFor({ secondary, target }: Pending): (TsigKey | undefined)[] {
    const used = (key: TsigKey) => this.#hooks.keyUsed(key.name) ?? -1;
    const keys: (TsigKey | undefined)[] = secondary.keys.toSorted((a, b) => used(b) - used(a) || a.since - b.since);
    const family = isIP(target.address) === 6 ? 'ipv6' : 'ipv4';
    return keys.length === 0 || secondary.unsignedFrom.check(target.address, family) ? [...keys, undefined] : keys;
  }

  #end(pending: Pending, outcome: Pick<NotifyRecord, 'answer' | 'verified' | 'ms'>): void {
    pending.cancel?.();
    pending.answered = true;
    this.#report(pending, outcome);
  }

  #report(pending: Pending, outcome: Pick<NotifyRecord, 'answer' | 'verified' | 'ms'>): void {
    const { zone, secondary, target, serial, attempts, firstAt } = pending;
    const record = { at: firstAt, serial, target: `${target.address} ${target.port}`, attempts, ...outcome };
    this.#hooks.report(secondary, zone, record);
  }
}
