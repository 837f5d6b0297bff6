import { describe, expect, it } from 'vitest';
import { decide, type World } from '../server/answer.ts';
import { Secondaries, type SecondarySettings } from '../server/secondaries.ts';
import { type Ask, buildQuery } from '../testing/client.ts';
import { RCODE, TSIG_ERROR } from '../wire/codes.ts';
import { readMessage } from '../wire/message.ts';
import { Zone } from '../zone/zone.ts';
import { type KeySettings, type TsigAlgorithm, tsigKey } from './key.ts';
import { computeMac, FUDGE, verify } from './tsig.ts';

const key = (name: string, fill: number, algorithm: TsigAlgorithm = 'hmac-sha256', since = 0): KeySettings => ({
  name,
  algorithm,
  secret: Buffer.alloc(40, fill).toString('base64'),
  since,
});
const ONE = key('partner-1', 1);
const TWO = key('partner-2', 2, 'hmac-sha512', 1);

async function world(secondaries: SecondarySettings[]): Promise<World> {
  const zones = await Promise.all(['a.rpz', 'b.rpz'].map((origin) => Zone.open({ origin })));
  return {
    secondaries: new Secondaries(secondaries),
    zones: new Map(zones.map((z) => [z.origin, z])),
    now: () => Date.now(),
  };
}

/** Sends and looks at the answer: its code, TSIG error, and whether its signature holds. */
function ask(there: World, what: Partial<Ask>, change: (bytes: Buffer) => Buffer = (b) => b, address = '192.0.2.9') {
  const { bytes, mac } = buildQuery({ name: 'a.rpz', type: 'SOA', ...what });
  const decision = decide(change(bytes), { transport: 'udp', address }, there);
  if (decision.kind !== 'reply' && decision.kind !== 'refuse') throw new Error(decision.kind);
  const message = readMessage(decision.bytes);
  const record = message.additional.at(-1);
  const tsig = record?.data.type === 'TSIG' ? record.data.tsig : undefined;
  const now = Math.floor(Date.now() / 1000);
  const verdict =
    tsig && record && message.tsigAt !== undefined && what.key
      ? verify(
          decision.bytes,
          { at: message.tsigAt, keyName: record.name, class: record.class, ttl: record.ttl, data: tsig },
          () => tsigKey(what.key as KeySettings),
          now,
          mac,
        )
      : undefined;
  return { rcode: message.header.rcode, why: 'why' in decision ? decision.why : undefined, tsig, verdict, message };
}

describe('TSIG', () => {
  it.each(['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const)('signs answers with %s', async (algorithm) => {
    const there = await world([{ id: 'p', zones: ['a.rpz'], keys: [key('k', 3, algorithm)] }]);
    expect(ask(there, { key: key('k', 3, algorithm) })).toMatchObject({ rcode: 0, verdict: { ok: true } });
  });

  it('answers an unknown key, another algorithm and a wrong secret without a signature', async () => {
    const there = await world([{ id: 'p', zones: ['a.rpz'], keys: [ONE] }]);
    const unknown = ask(there, { key: key('nobody', 1) });
    expect(unknown).toMatchObject({ rcode: RCODE.NOTAUTH, why: 'no-such-key', tsig: { error: TSIG_ERROR.BADKEY } });
    expect(unknown.tsig?.mac.length).toBe(0);
    const other = ask(there, { key: key('partner-1', 1, 'hmac-sha384') });
    expect(other).toMatchObject({ rcode: RCODE.NOTAUTH, tsig: { error: TSIG_ERROR.BADKEY } });
    const wrong = ask(there, { key: key('partner-1', 9) });
    expect(wrong).toMatchObject({ rcode: RCODE.NOTAUTH, why: 'bad-signature', tsig: { error: TSIG_ERROR.BADSIG } });
    expect(wrong.tsig?.mac.length).toBe(0);
    expect(wrong.message.answers).toEqual([]);
  });

  it('says its own time, signed, to a clock that is off', async () => {
    const there = await world([{ id: 'p', zones: ['a.rpz'], keys: [ONE] }]);
    expect(ask(there, { key: ONE, skew: FUDGE - 5 }).rcode).toBe(0);
    const now = Math.floor(Date.now() / 1000);
    const late = ask(there, { key: ONE, skew: -FUDGE - 20 });
    expect(late).toMatchObject({ rcode: RCODE.NOTAUTH, why: 'bad-time', tsig: { error: TSIG_ERROR.BADTIME } });
    expect(late.tsig?.other.readUIntBE(0, 6)).toBeGreaterThanOrEqual(now);
    // Signed over the time that the other side said; so that side, by its own clock, finds it right.
    expect(late.tsig?.timeSigned).toBeLessThan(now - FUDGE);
    expect(late.verdict).toMatchObject({ error: TSIG_ERROR.BADTIME, key: { name: 'partner-1.' } });
  });

  it('refuses a shortened MAC that is right with BADTRUNC, and a shorter one as malformed', async () => {
    const there = await world([{ id: 'p', zones: ['a.rpz'], keys: [ONE] }]);
    const shorten = (to: number) => (bytes: Buffer) => {
      const message = readMessage(bytes);
      const at = message.tsigAt as number;
      // name, fixed part, algorithm, time and fudge, length of the MAC.
      const lengthAt = at + tsigKey(ONE).wire.name.length + 10 + tsigKey(ONE).wire.algorithm.length + 8;
      const out = Buffer.concat([bytes.subarray(0, lengthAt + 2 + to), bytes.subarray(lengthAt + 2 + 32)]);
      out.writeUInt16BE(to, lengthAt);
      const rdAt = at + tsigKey(ONE).wire.name.length + 8;
      out.writeUInt16BE(out.readUInt16BE(rdAt) - (32 - to), rdAt);
      return out;
    };
    const shorter = ask(there, { key: ONE }, shorten(20));
    expect(shorter).toMatchObject({ rcode: RCODE.NOTAUTH, why: 'truncated-signature' });
    expect(shorter.tsig).toMatchObject({ error: TSIG_ERROR.BADTRUNC, mac: { length: 32 } });
    expect(ask(there, { key: ONE }, shorten(9)).rcode).toBe(RCODE.FORMERR);
  });

  it('notices a change of any byte', async () => {
    const there = await world([{ id: 'p', zones: ['a.rpz'], keys: [ONE] }]);
    const { bytes } = buildQuery({ name: 'a.rpz', type: 'SOA', key: ONE });
    for (let at = 2; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      const decision = decide(changed, { transport: 'tcp', address: '192.0.2.9' }, there);
      expect(decision.kind, `byte ${at}`).not.toBe('reply');
      expect(decision.kind, `byte ${at}`).not.toBe('transfer');
    }
    // The id may be another: forwarders change it, and the record keeps the first.
    const renumbered = Buffer.from(bytes);
    renumbered.writeUInt16BE(1, 0);
    expect(decide(renumbered, { transport: 'udp', address: '192.0.2.9' }, there).kind).toBe('reply');
  });

  it('lets each key have its own zones only, and nobody anything without one', async () => {
    const there = await world([
      { id: 'p', zones: ['a.rpz'], keys: [ONE] },
      { id: 'q', zones: ['b.rpz'], keys: [TWO], unsignedFrom: ['192.0.2.7', '2001:db8::/32'] },
    ]);
    expect(ask(there, { key: ONE }).rcode).toBe(0);
    const foreign = ask(there, { key: TWO });
    // The same as for a zone that does not exist, and signed, so that it is believed.
    expect(foreign).toMatchObject({ rcode: RCODE.REFUSED, why: 'zone-not-allowed', verdict: { ok: true } });
    expect(ask(there, { key: TWO, name: 'none.rpz' }).rcode).toBe(RCODE.REFUSED);
    expect(ask(there, {})).toMatchObject({ rcode: RCODE.REFUSED, why: 'unsigned' });
    expect(ask(there, { name: 'b.rpz' }, (b) => b, '192.0.2.7').rcode).toBe(0);
    expect(ask(there, { name: 'b.rpz' }, (b) => b, '2001:db8:9::1').rcode).toBe(0);
    expect(ask(there, { name: 'a.rpz' }, (b) => b, '192.0.2.7').rcode).toBe(RCODE.REFUSED);
  });

  it('accepts two keys while one replaces the other', async () => {
    const both = await world([{ id: 'p', zones: ['a.rpz'], keys: [ONE, TWO] }]);
    for (const live of [ONE, TWO]) expect(ask(both, { key: live })).toMatchObject({ rcode: 0, verdict: { ok: true } });
    expect(() => new Secondaries([{ id: 'p', zones: [], keys: [ONE, TWO, key('three', 3)] }])).toThrow('two keys');
    const twice = [ONE, TWO].map((_, i) => ({ id: `p${i}`, zones: [], keys: [ONE] }));
    expect(() => new Secondaries(twice)).toThrow('two keys are called');
  });

  it('refuses weak and unreadable keys', () => {
    const weak = Buffer.alloc(15).toString('base64');
    for (const wrong of [{ secret: weak }, { secret: 'not base64!' }, { algorithm: 'hmac-md5' as TsigAlgorithm }]) {
      expect(() => tsigKey({ ...ONE, ...wrong })).toThrow(expect.objectContaining({ code: 'key-invalid' }));
    }
  });

  it('binds each message of a stream to the one before', () => {
    const k = tsigKey(ONE);
    const variables = { timeSigned: 1, fudge: 300, error: 0, other: Buffer.alloc(0) };
    const body = [Buffer.from('x')];
    const first = computeMac(k, Buffer.from('request'), body, variables);
    const second = computeMac(k, first, body, variables, true);
    expect(computeMac(k, second, body, variables, true)).not.toEqual(second);
    expect(computeMac(k, Buffer.from('another'), body, variables)).not.toEqual(first);
  });
});
