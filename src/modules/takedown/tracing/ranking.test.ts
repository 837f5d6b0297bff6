import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Contact, type KnownProvider, rankContacts, type Standing, type TraceAnswer } from './contact.ts';

const at = new Date('2026-11-24T09:00:00Z');
const base = { at, via: 'test', outcome: 'found' } as const;
const mail = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h').map((n) => `${n}@host.example`);
const mails = fc.uniqueArray(mail, { maxLength: 3 });
const rdap = mails.map((emails) => ({
  ...{ emails, role: 'abuse' as const, name: 'N', country: 'MA', handle: 'H' },
}));
const provider: fc.Arbitrary<KnownProvider> = fc.record({
  id: fc.constant('p'),
  name: fc.constant('P'),
  contact: mail,
  channel: fc.constant('email' as const),
  contacts: fc.uniqueArray(
    fc.record({
      contact: mail,
      channel: fc.constant('email' as const),
      languages: fc.constant(['fr']),
      purpose: fc.constantFrom('abuse' as const, 'urgent' as const, 'legal' as const, 'technical' as const),
    }),
    { selector: (c) => c.contact, maxLength: 4 },
  ),
});
const of = fc.constantFrom(undefined, 'origin' as const);
const answer: fc.Arbitrary<TraceAnswer> = fc.oneof(
  fc.tuple(provider, of).map(([data, o]) => ({ ...base, source: 'own-table' as const, data, ...(o ? { of: o } : {}) })),
  fc.tuple(rdap, of).map(([data, o]) => ({ ...base, source: 'rdap-ip' as const, data, ...(o ? { of: o } : {}) })),
  rdap.map((data) => ({ ...base, source: 'rdap-domain' as const, data })),
  rdap.map((data) => ({ ...base, source: 'rdap-parent' as const, data })),
  mails.map((emails) => ({ ...base, source: 'abuse-zone' as const, data: { emails } })),
  mails.map((emails) => ({
    ...base,
    source: 'security-txt' as const,
    data: { emails, forms: [], expires: undefined, languages: [], secure: true },
  })),
  mail.map((email) => ({ ...base, source: 'rfc2142-guess' as const, data: { email } })),
  mail.map((contact) => ({
    ...base,
    source: 'origin' as const,
    of: 'origin' as const,
    data: { proxy: 'Front', contact },
  })),
  fc.tuple(provider, provider, fc.boolean()).map(([who, above, proxy]) => ({
    ...base,
    source: 'own-network' as const,
    data: {
      ...{ asn: 64500, name: 'N', provider: who, upstreams: [{ asn: 64510, provider: above }] },
      ...(proxy ? { proxy: 'Front' } : {}),
    },
  })),
);
const answers = fc.array(answer, { maxLength: 10 });
const standing = fc.constantFrom<Standing>('unverified', 'verified', 'bounced', 'silent', 'wrong');
const standings = fc.array(fc.tuple(mail, standing)).map((all) => new Map(all));
const place = (ranked: readonly Contact[], who: string) => ranked.findIndex((c) => c.contact === who);

describe('ranking, whatever the sources said', () => {
  it('never names anybody twice, is sure between 0 and 1, and leaves out who is wrong or does not exist', () => {
    fc.assert(
      fc.property(answers, standings, fc.boolean(), (all, known, urgent) => {
        const ranked = rankContacts(all, { standings: known, urgent });
        expect(new Set(ranked.map((c) => c.contact)).size).toBe(ranked.length);
        for (const c of ranked) {
          expect(c.confidence).toBeGreaterThan(0);
          expect(c.confidence).toBeLessThanOrEqual(1);
          expect(['wrong', 'bounced']).not.toContain(known.get(c.contact));
        }
      }),
    );
  });

  it('loses nobody else when somebody is flagged', () => {
    fc.assert(
      fc.property(answers, mail, standing, (all, who, flag) => {
        const before = rankContacts(all).map((c) => c.contact);
        const after = rankContacts(all, { standings: new Map([[who, flag]]) }).map((c) => c.contact);
        const gone = flag === 'wrong' || flag === 'bounced';
        expect(new Set(after)).toEqual(new Set(before.filter((c) => !gone || c !== who)));
        // The others keep their order.
        expect(after.filter((c) => c !== who)).toEqual(before.filter((c) => c !== who));
      }),
    );
  });

  it('silence never brings anybody forward nor makes them surer', () => {
    fc.assert(
      fc.property(answers, mail, (all, who) => {
        const before = rankContacts(all);
        const after = rankContacts(all, { standings: new Map([[who, 'silent' as const]]) });
        const [old, now] = [place(before, who), place(after, who)];
        if (old < 0) {
          expect(now).toBe(-1);
          return;
        }
        expect(now).toBeGreaterThanOrEqual(old);
        expect(now).toBe(after.length - 1);
        expect(after[now]?.confidence).toBeLessThan(before[old]?.confidence ?? 0);
      }),
    );
  });

  it('does not depend on the order of answers of different sources', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(answer, { selector: (a) => `${a.source} ${a.of}`, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (all, order) => {
          const shuffled = [...all].sort(() => (order.next().value % 3) - 1);
          expect(rankContacts(shuffled)).toEqual(rankContacts(all));
        },
      ),
    );
  });

  it('writes to nobody whom the site’s owner controls where that would be a warning', () => {
    fc.assert(
      fc.property(answers, (all) => {
        for (const c of rankContacts(all, { avoidSite: true })) expect(c.reach).not.toBe('site');
      }),
    );
  });

  it('says "proxy" of nobody behind the proxy', () => {
    fc.assert(
      fc.property(answers, (all) => {
        const behind = all.filter((a) => a.of === 'origin');
        for (const c of rankContacts(behind)) expect(c.reach).toBe('host');
      }),
    );
  });
});
