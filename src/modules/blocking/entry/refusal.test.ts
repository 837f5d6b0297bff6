import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moroccanPack } from '../../country/testing/pack.ts';
import { compileNeverBlock } from './never-block.ts';
import { type Basis, type Grounds, nameRefusals, type RefusalCode, refusalsOf } from './refusal.ts';
import { normaliseTarget, type TargetKind } from './target.ts';

const { pack } = moroccanPack();
const never = compileNeverBlock(pack, 'https://report.e-salama.ma');
const rules = { never, dedication: { listedAtLeast: 2, othersAtMost: 0 }, longestOrderDays: 100 };
const NOW = new Date('2026-11-24T09:00:00Z');
const order = { number: '12/2026', court: 'Tribunal', date: '2026-11-01', reference: 'Archive 7', scope: 'Le site.' };

const csam = (over: Partial<Extract<Grounds, { basis: 'csam' }>['evidence']> = {}): Grounds => ({
  basis: 'csam',
  evidence: { assessed: true, dedicated: true, listed: 2, others: 0, ...over },
});
const court = (over: { expiresAt?: Date; order?: typeof order } = {}): Grounds => ({
  basis: 'court',
  order,
  expiresAt: new Date('2027-01-01T00:00:00Z'),
  ...over,
});

function codes(kind: TargetKind, typed: string, grounds: Grounds = csam()): RefusalCode[] {
  const read = normaliseTarget(kind, typed);
  if (!read.ok) throw new Error(`${typed}: ${read.fault}`);
  return refusalsOf(read.target, grounds, rules, NOW).map((r) => r.code);
}

describe('what the rules refuse', () => {
  it.each<[TargetKind, string, RefusalCode]>([
    ['domain', 'ma', 'public-suffix'],
    ['domain', 'co.ma', 'public-suffix'],
    ['domain', 'github.io', 'public-suffix'],
    ['domain', 'gov.ma', 'government'],
    ['host', 'www.sante.gov.ma', 'health'],
    ['host', 'www.finances.gov.ma', 'government'],
    ['domain', 'ville.gouv.fr', 'government'],
    ['domain', 'agency.gov', 'government'],
    ['url', 'https://www.2511.ma/any/page', 'help'],
    ['domain', 'iwf.org.uk', 'help'],
    ['domain', 'org.uk', 'public-suffix'],
    ['domain', 'cyberconfiance.ma', 'help'],
    ['domain', 'pmp.ma', 'government'],
    ['host', 'm.facebook.com', 'platform'],
    ['url', 'https://www.youtube.com/watch?v=x', 'platform'],
    ['domain', 'wordpress.com', 'hosting'],
    ['host', 'd111.cloudfront.net', 'delivery'],
    ['domain', 'amazonaws.com', 'delivery'],
    ['host', 'ocsp.digicert.com', 'infrastructure'],
    ['host', 'update.microsoft.com', 'infrastructure'],
    ['domain', 'dns.google', 'infrastructure'],
    ['domain', 'attijariwafabank.com', 'finance'],
    ['domain', 'e-salama.ma', 'own'],
    ['host', 'report.e-salama.ma', 'own'],
    ['host', 'printer.local', 'special-use'],
    ['url', 'http://193.0.6.1/p', 'address'],
    ['network', '198.51.100.0/24', 'address'],
  ])('%s %s: %s', (kind, typed, want) => expect(codes(kind, typed)).toContain(want));

  it.each(['ＧＯＶ．ＭＡ', 'gov。ma', 'GOV.MA.', '*.gov.ma'])('%s is gov.ma, however it is written', (typed) => {
    expect(codes('domain', typed)).toContain('government');
  });

  it('lets a tenant’s own name be blocked, never the landlord', () => {
    expect(codes('domain', 'bad-tenant.wordpress.com')).toEqual([]);
    expect(codes('domain', 'bad-tenant.github.io')).toEqual([]);
    expect(codes('host', 'bad-tenant.pages.dev')).toEqual([]);
    expect(codes('host', 'pages.dev')).toContain('hosting');
  });

  it('wants a verified judgement that leads to the list, and for a whole name its dedication', () => {
    expect(codes('url', 'https://bad.example/p', csam({ dedicated: false, listed: 0, others: 9 }))).toEqual([]);
    expect(codes('url', 'https://bad.example/p', csam({ assessed: false }))).toEqual(['not-assessed']);
    expect(codes('domain', 'bad.example')).toEqual([]);
    for (const lacking of [{ dedicated: false }, { listed: 1 }, { others: 1 }])
      for (const kind of ['domain', 'host'] as const)
        expect(codes(kind, 'bad.example', csam(lacking))).toEqual(['not-dedicated']);
  });

  it('takes addresses of the network by a court’s order only, and only narrow public ones', () => {
    expect(codes('network', '198.51.100.0/24', court())).toEqual(['special-use']);
    expect(codes('network', '193.0.6.0/28', court())).toEqual([]);
    expect(codes('network', '193.0.0.0/20', court())).toEqual(['network-too-wide']);
    expect(codes('network', '8.8.8.0/24', court())).toEqual(['infrastructure']);
    expect(codes('network', '10.0.0.0/24', court())).toEqual(['special-use']);
    expect(codes('url', 'http://193.0.6.1/p', court())).toEqual([]);
  });

  it('takes an order that is whole, in force, and not for ever', () => {
    expect(codes('domain', 'bad.example', court())).toEqual([]);
    expect(codes('domain', 'bad.example', court({ order: { ...order, number: ' ' } }))).toEqual(['order-incomplete']);
    for (const date of ['2027-01-01', '20 novembre', ''])
      expect(codes('domain', 'bad.example', court({ order: { ...order, date } }))).toEqual(['order-incomplete']);
    expect(codes('domain', 'bad.example', court({ expiresAt: NOW }))).toEqual(['order-expired']);
    expect(codes('domain', 'bad.example', court({ expiresAt: new Date('2028-01-01') }))).toEqual(['order-too-long']);
  });

  it('warns of names that the eye takes for a protected one, and blocks none for its looks', () => {
    const like = normaliseTarget('domain', 'fаcebook.com');
    expect(like.ok && never.lookalike(like.target.name)).toBe('facebook.com');
    expect(codes('domain', 'fаcebook.com')).toEqual([]);
    expect(never.lookalike('facebook.com')).toBeUndefined();
    expect(never.lookalike('bad.example')).toBeUndefined();
  });
});

describe('laws of the refusal', () => {
  const names = pack.neverBlock.names.flatMap((n) => n.names.map((name) => ({ name, category: n.category })));
  const protectedName = fc.constantFrom(...names);
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
  const basis = fc.constantFrom<Basis>('csam', 'court');
  const groundsOf = (b: Basis) => (b === 'csam' ? csam() : court());
  const spelling = fc.constantFrom(
    (s: string) => s,
    (s: string) => s.toUpperCase(),
    (s: string) => `${s}.`,
    (s: string) => s.replaceAll('.', '。'),
    (s: string) => s.replace(/[a-z]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)),
  );

  it('nothing protected gets in: itself, below it, above it, in any spelling, on any basis', () => {
    fc.assert(
      fc.property(
        protectedName,
        fc.array(label, { maxLength: 2 }),
        fc.nat(3),
        spelling,
        basis,
        (p, below, up, spell, b) => {
          const above = p.name.split('.').slice(up).join('.');
          if (above !== '') expect(codes('domain', spell(above), groundsOf(b))).not.toEqual([]);
          const under = [...below, p.name].join('.');
          if (below.length > 0 && p.category === 'hosting') return;
          for (const kind of ['domain', 'host'] as const)
            expect(codes(kind, spell(under), groundsOf(b))).not.toEqual([]);
          expect(codes('url', `https://${under}/x`, groundsOf(b))).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('an order lifts no protection: what is refused for its name is refused on every basis', () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom<TargetKind>('domain', 'host'), (name, kind) => {
        const read = normaliseTarget(kind, name);
        if (!read.ok) return;
        const named = nameRefusals(read.target, never).map((r) => r.code);
        for (const grounds of [csam(), court()])
          expect(refusalsOf(read.target, grounds, rules, NOW).map((r) => r.code)).toEqual(named);
      }),
    );
  });

  it('less evidence never opens what more evidence leaves closed', () => {
    const evidence = fc.record({
      assessed: fc.boolean(),
      dedicated: fc.boolean(),
      listed: fc.nat(3),
      others: fc.nat(2),
    });
    fc.assert(
      fc.property(evidence, fc.constantFrom<TargetKind>('domain', 'host', 'url'), (e, kind) => {
        const typed = kind === 'url' ? 'https://bad.example/p' : 'bad.example';
        if (codes(kind, typed, csam(e)).length === 0) {
          expect(codes(kind, typed, csam({ ...e, assessed: true, dedicated: true, listed: e.listed + 1 }))).toEqual([]);
          expect(e.assessed).toBe(true);
        }
      }),
    );
  });
});
