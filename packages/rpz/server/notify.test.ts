import { describe, expect, it } from 'vitest';
import { ManualClock } from '../clock.ts';
import { buildQuery, signed } from '../testing/client.ts';
import { text } from '../testing/reader.ts';
import type { KeySettings } from '../tsig/key.ts';
import { OPCODE, RCODE, TYPE } from '../wire/codes.ts';
import { readMessage } from '../wire/message.ts';
import { Zone } from '../zone/zone.ts';
import { Notifier } from './notifier.ts';
import { Secondaries } from './secondaries.ts';

const KEY: KeySettings = {
  name: 'partner-1',
  algorithm: 'hmac-sha256',
  secret: Buffer.alloc(32, 5).toString('base64'),
  since: 0,
};

describe('NOTIFY', () => {
  const target = { address: '192.0.2.5', port: 53 };
  async function scene(keys: KeySettings[], unsignedFrom: string[] = []) {
    const zone = await Zone.open({ origin: 'rpz.example' });
    const clock = new ManualClock(Date.now());
    const sent: { at: number; bytes: Buffer }[] = [];
    const reports: unknown[] = [];
    const { all } = new Secondaries([{ id: 'p', zones: ['rpz.example'], keys, unsignedFrom, notify: [target] }]);
    const notifier = new Notifier({
      clock,
      settings: { waits: [1000, 2000, 4000], gapMs: 100 },
      send: (bytes) => sent.push({ at: clock.now(), bytes }),
      keyUsed: () => undefined,
      report: (_, __, record) => reports.push([record.answer, record.attempts, record.verified]),
    });
    const answer = (bytes: Buffer, rcode = 0, key?: KeySettings, from = target) => {
      const { questions, header } = readMessage(bytes);
      const name = questions[0]?.name ?? '';
      const plain = buildQuery({ name, type: 'SOA', id: header.id }).bytes;
      plain.writeUInt16BE(0x8000 | (OPCODE.NOTIFY << 11) | rcode, 2);
      const reply = key ? signed(plain, key).bytes : plain;
      return notifier.answered(readMessage(reply), reply, from);
    };
    return { zone, clock, sent, reports, notifier, all, answer };
  }

  it('says the serial, and says it again, slower and slower, until it gives up', async () => {
    const { zone, clock, sent, reports, notifier, all } = await scene([]);
    await zone.apply({}, 7);
    const began = clock.now();
    notifier.announce(zone, all);
    clock.advance(60_000);
    expect(sent.map((s) => s.at - began)).toEqual([0, 1000, 3000]);
    const message = readMessage(sent[0]?.bytes as Buffer);
    expect(message.header).toMatchObject({ opcode: OPCODE.NOTIFY, authoritative: true, response: false });
    expect(message.questions).toEqual([{ name: 'rpz.example.', type: TYPE.SOA, class: 1 }]);
    expect(message.answers.map(text)).toEqual(['rpz.example. SOA 7']);
    expect(reports).toEqual([
      ['waiting', 1, undefined],
      ['none', 3, undefined],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('tells software without keys without one, where it may ask without one', async () => {
    const key = {
      name: 'one',
      algorithm: 'hmac-sha256' as const,
      secret: Buffer.alloc(32, 1).toString('base64'),
      since: 1,
    };
    const signedIn = (bytes: Buffer) => readMessage(bytes).tsigAt !== undefined;
    const strict = await scene([key]);
    strict.notifier.announce(strict.zone, strict.all);
    strict.answer(strict.sent[0]?.bytes as Buffer, RCODE.FORMERR);
    strict.clock.advance(60_000);
    expect(strict.sent.map((s) => signedIn(s.bytes))).toEqual([true, true, true]);
    const both = await scene([key], ['192.0.2.0/29']);
    both.notifier.announce(both.zone, both.all);
    // At once, as Unbound does not read what is signed.
    both.answer(both.sent[0]?.bytes as Buffer, RCODE.FORMERR);
    expect(both.sent.map((s) => signedIn(s.bytes))).toEqual([true, false]);
    both.answer(both.sent[1]?.bytes as Buffer);
    both.clock.advance(60_000);
    expect(both.sent).toHaveLength(2);
    expect(both.reports.at(-1)).toEqual(['NOERROR', 2, undefined]);
  });

  it('stops at an answer from there, not at one from elsewhere', async () => {
    const { zone, clock, sent, reports, notifier, all, answer } = await scene([]);
    notifier.announce(zone, all);
    const first = sent[0]?.bytes as Buffer;
    expect(answer(first, 0, undefined, { address: '192.0.2.66', port: 53 })).toBe(false);
    expect(answer(first, 0, undefined, { address: '192.0.2.5', port: 5353 })).toBe(false);
    // It is starting: not yet.
    expect(answer(first, RCODE.REFUSED)).toBe(true);
    clock.advance(1000);
    expect(sent.length).toBe(2);
    expect(answer(first)).toBe(true);
    clock.advance(60_000);
    expect(sent.length).toBe(2);
    expect(reports.at(-1)).toEqual(['NOERROR', 2, undefined]);
  });

  it('does not believe an answer without the key, and tries the other key during a rollover', async () => {
    const two = { ...KEY, name: 'partner-2', since: 1, secret: Buffer.alloc(32, 6).toString('base64') };
    const { zone, sent, reports, notifier, all, answer } = await scene([KEY, two]);
    notifier.announce(zone, all);
    const keyOf = (bytes: Buffer) => readMessage(bytes).additional.at(-1)?.name;
    expect(keyOf(sent[0]?.bytes as Buffer)).toBe('partner-1.');
    answer(sent[0]?.bytes as Buffer, RCODE.NOTAUTH);
    expect(reports.at(-1)).toEqual(['NOTAUTH', 1, false]);
    expect(sent.length).toBe(2);
    expect(keyOf(sent[1]?.bytes as Buffer)).toBe('partner-2.');
  });

  it('makes no burst of messages of a burst of changes', async () => {
    const { zone, clock, sent, notifier, all } = await scene([]);
    for (let serial = 1; serial <= 50; serial++) {
      await zone.apply({}, serial);
      notifier.announce(zone, all);
      clock.advance(4);
    }
    clock.advance(150);
    expect(sent.length).toBeLessThanOrEqual(4);
    expect(readMessage(sent.at(-1)?.bytes as Buffer).answers.map(text)).toEqual(['rpz.example. SOA 50']);
  });
});
