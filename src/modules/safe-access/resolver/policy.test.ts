import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { nameToText } from '../../../../packages/dns-table/index.ts';
import { CATEGORY_NAMES, type Category, DAYS, type Rules } from '../profile/rules.ts';
import { kindsOf } from '../profile/windows.ts';
import { facts, from, openResolver, openRules, question } from '../testing/resolver.ts';
import { helpNames } from './help.ts';
import type { ProfileFacts } from './registry.ts';

type Resolver = ReturnType<typeof openResolver>;
const open: Resolver[] = [];
const resolver: typeof openResolver = (given) => {
  const made = openResolver(given);
  open.push(made);
  return made;
};
afterEach(() => {
  for (const r of open.splice(0)) r.close();
});

const NOON = '2026-11-27T12:00:00Z';
const night = { days: [...DAYS], from: '21:00', to: '07:00', closes: 'everything' as const };
const NIGHT = '2026-11-27T22:00:00Z';
const later = Date.parse('2026-11-27T23:00:00Z');
const national = [
  { kind: 'domain', target: 'listed.example', basis: 'csam' },
  { kind: 'host', target: 'ordered.example', basis: 'court' },
  { kind: 'url', target: 'https://only-a-page.example/x', basis: 'csam' },
] as const;
const categories = [
  ['casino.example', 'gambling'],
  ['games.example', 'games'],
  ['learn.games.example', 'games', 'allow'],
  ['both.example', 'adult'],
  ['both.example', 'gambling'],
] as const;
const everything: Rules = {
  ...openRules,
  closed: [...CATEGORY_NAMES],
  safeSearch: true,
  youtube: 'strict',
  noWaysAround: true,
  windows: [night],
};

describe('the order of a decision', () => {
  it('answers its own names itself, also to nobody', () => {
    const r = resolver({ national: null });
    expect(r.why('use-application-dns.net', NOON, from(undefined)).kind).toBe('own');
    expect(r.policy.decide(question('use-application-dns.net', from(undefined), 0))).toEqual({
      kind: 'local',
      records: [],
    });
  });

  it('help comes before everything: not loaded, paused, at night, denied', () => {
    const r = resolver({ national: null });
    expect(r.why('www.2511.ma').kind).toBe('help');
    const full = resolver({ national: [{ kind: 'domain', target: '2511.ma', basis: 'court' }], categories });
    full.registry.put(facts({ rules: { ...everything, deny: ['2511.ma', 'e-blagh.ma'] }, pausedUntil: later }));
    for (const name of [
      '2511.ma',
      'www.2511.ma',
      'WWW.e-Blagh.ma',
      'salama.example',
      'aaaaaaaaaaaa.dns.salama.example',
    ])
      expect(full.why(name, NIGHT).kind).toBe('help');
    // Where its name leads is not looked at either.
    expect(full.policy.decide(question('2511.ma', from('aaaaaaaaaaaa'), 0))).toMatchObject({ follow: false });
  });

  it('refuses while nothing is loaded, rather than to answer unfiltered', () => {
    const r = resolver({ national: null });
    expect(r.why('anything.example').kind).toBe('not-ready');
    expect(r.policy.decide(question('anything.example', from(undefined), 0))).toMatchObject({
      kind: 'block',
      answer: 'refused',
      ede: 14,
    });
    r.national.begin(0, []);
    expect(r.why('anything.example').kind).toBe('none');
    r.registry.ready = false;
    expect(r.why('anything.example').kind).toBe('not-ready');
  });

  it('national list: a domain with all below it, a host alone, and no page', () => {
    const r = resolver({ national });
    r.registry.put(facts());
    expect(r.why('a.b.Listed.example')).toEqual({ kind: 'national', basis: 'csam' });
    expect(r.why('ordered.example', NOON, from(undefined))).toEqual({ kind: 'national', basis: 'court' });
    expect(r.why('www.ordered.example').kind).toBe('none');
    expect(r.why('only-a-page.example').kind).toBe('none');
    expect(r.why('notlisted.example').kind).toBe('none');
    const verdict = r.policy.decide(question('listed.example', from('aaaaaaaaaaaa'), 0));
    expect(verdict).toMatchObject({
      kind: 'block',
      answer: 'nxdomain',
      ede: 16,
      structured: { c: ['https://salama.example/fr/blocked/appeal'], l: 'fr' },
    });
    // Made once: compared by identity.
    expect(r.policy.decide(question('x.listed.example', from('aaaaaaaaaaaa'), 5))).toBe(verdict);
    // In the country's first language for whoever is not known.
    expect(r.policy.decide(question('listed.example', from(undefined), 0))).toMatchObject({ structured: { l: 'ar' } });
  });

  it('paused closes all that is left, with the family’s code', () => {
    const r = resolver({ national });
    r.registry.put(facts({ pausedUntil: later, rules: { ...openRules, allow: ['school.example'] } }));
    expect(r.why('school.example', NIGHT).kind).toBe('paused');
    expect(r.why('listed.example', NIGHT).kind).toBe('national');
    expect(r.why('school.example', later).kind).toBe('allow');
    const verdict = r.policy.decide(question('a.example', from('aaaaaaaaaaaa'), Date.parse(NIGHT)));
    expect(verdict).toMatchObject({
      ede: 17,
      structured: { c: ['https://salama.example/fr/closed?why=paused&device=aaaaaaaaaaaa'], l: 'fr' },
    });
  });

  it('a window closes everything, but for what bonus opens and what was just granted', () => {
    const r = resolver({ national, categories });
    const rules = { ...openRules, windows: [night], allow: ['school.example'] };
    r.registry.put(facts({ rules }));
    expect(r.why('school.example', NIGHT).kind).toBe('window');
    expect(r.why('school.example', NOON).kind).toBe('allow');
    r.registry.put(facts({ rules, bonus: { until: later, opens: ['games'] } }));
    expect(r.why('games.example', NIGHT).kind).toBe('none');
    expect(r.why('casino.example', NIGHT).kind).toBe('window');
    expect(r.why('games.example', later).kind).toBe('window');
    r.registry.put(facts({ rules, bonus: { until: later, opens: 'everything' } }));
    expect(r.why('anything.example', later - 1).kind).toBe('none');
    expect(r.why('anything.example', later).kind).toBe('window');
    r.registry.put(facts({ rules, opened: [{ name: 'asked.example', until: later }] }));
    expect(r.why('www.asked.example', NIGHT).kind).toBe('opened');
    expect(r.why('www.asked.example', later).kind).toBe('window');
    r.registry.put(facts({ rules, opened: [{ name: 'asked.example', until: later }], pausedUntil: later }));
    expect(r.why('www.asked.example', NIGHT).kind).toBe('paused');
  });

  it('the family’s own names: the longest decides', () => {
    const r = resolver({ categories });
    const rules: Rules = {
      ...openRules,
      closed: ['gambling'],
      allow: ['a.b.example', 'casino.example'],
      deny: ['b.example', 'x.a.b.example'],
    };
    r.registry.put(facts({ rules }));
    expect(r.why('b.example').kind).toBe('deny');
    expect(r.why('c.b.example').kind).toBe('deny');
    expect(r.why('a.b.example').kind).toBe('allow');
    expect(r.why('y.a.b.example').kind).toBe('allow');
    expect(r.why('z.x.a.b.example').kind).toBe('deny');
    expect(r.why('notb.example').kind).toBe('none');
    // It opens what a category closes.
    expect(r.why('casino.example').kind).toBe('allow');
  });

  it('ways around, where they are closed; and then names are not hidden', () => {
    const r = resolver();
    r.registry.put(facts({ rules: { ...openRules, noWaysAround: true } }));
    expect(r.why('eu.vpn.example').kind).toBe('ways-around');
    expect(r.policy.decide(question('a.example', from('aaaaaaaaaaaa'), 0))).toMatchObject({ withoutEch: true });
    r.registry.put(facts());
    expect(r.why('eu.vpn.example').kind).toBe('none');
    expect(r.policy.decide(question('a.example', from('aaaaaaaaaaaa'), 0))).toMatchObject({ withoutEch: false });
  });

  it('categories by what is closed now; allow rules of a list open; freed names are free', () => {
    const r = resolver({ categories, freed: [['both.example', kindsOf(['adult'])]] });
    const rules: Rules = {
      ...openRules,
      closed: ['gambling'],
      windows: [{ ...night, from: '12:00', to: '13:00', closes: ['games'] }],
    };
    r.registry.put(facts({ rules }));
    expect(r.why('casino.example')).toMatchObject({ kind: 'category', category: 'gambling' });
    expect(r.why('games.example', NOON)).toMatchObject({ kind: 'category', category: 'games' });
    expect(r.why('learn.games.example', NOON).kind).toBe('none');
    expect(r.why('games.example', '2026-11-27T13:00:00Z').kind).toBe('none');
    // Freed of one kind, still closed by the other.
    r.registry.put(facts({ rules: { ...openRules, closed: ['adult', 'gambling'] } }));
    expect(r.why('both.example')).toMatchObject({ category: 'gambling' });
    r.registry.put(facts({ rules: { ...openRules, closed: ['adult'] } }));
    expect(r.why('both.example').kind).toBe('none');
    const verdict = r.policy.decide(question('casino.example', from('aaaaaaaaaaaa'), 0));
    expect(verdict.kind).toBe('forward');
  });

  it('rewrites searches, also of names that the family allowed', () => {
    const r = resolver();
    r.registry.put(
      facts({ rules: { ...openRules, safeSearch: true, youtube: 'moderate', allow: ['search.example'] } }),
    );
    const target = (name: string) => {
      const verdict = r.policy.decide(question(name, from('aaaaaaaaaaaa'), 0));
      return verdict.kind === 'rewrite' ? nameToText(verdict.target) : verdict.kind;
    };
    expect(target('www.search.example')).toBe('safe.search.example.');
    expect(target('search.example')).toBe('forward');
    expect(target('www.tube.example')).toBe('moderate.tube.example.');
    expect(r.why('www.wild-search.example')).toMatchObject({ category: 'unsafe-search' });
    r.registry.put(facts({ rules: { ...openRules, youtube: 'strict' } }));
    expect(r.why('www.wild-search.example').kind).toBe('none');
    expect(target('www.tube.example')).toBe('strict.tube.example.');
    expect(target('www.search.example')).toBe('forward');
  });

  it('knows devices by id in any case, networks by the longest prefix, and takes others for nobody', () => {
    const r = resolver();
    const deny = { ...openRules, deny: ['a.example'] };
    r.registry.put(facts({ rules: deny, networks: ['203.0.113.0/24', '2001:db8::/32'] }));
    r.registry.put({ ...facts({ devices: ['bbbbbbbbbbbb'], networks: ['203.0.113.64/26'] }), id: 'other' });
    const at = (address: string) => r.why('a.example', NOON, from(undefined, { address })).kind;
    expect(r.why('a.example', NOON, from('AAAAAAAAAAAA')).kind).toBe('deny');
    expect(r.why('a.example', NOON, from('zzzzzzzzzzzz')).kind).toBe('none');
    expect(at('203.0.113.5')).toBe('deny');
    expect(at('::ffff:203.0.113.5')).toBe('deny');
    expect(at('203.0.113.65')).toBe('none');
    expect(at('2001:db8::1')).toBe('deny');
    expect(at('203.0.114.5')).toBe('none');
    expect(at('no address')).toBe('none');
    const raw = (...bytes: number[]) =>
      r.why('a.example', NOON, from(undefined, { address: '', raw: Uint8Array.from(bytes) })).kind;
    expect(raw(203, 0, 113, 5)).toBe('deny');
    expect(raw(203, 0, 113, 127)).toBe('none');
    expect(raw(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 5)).toBe('deny');
    expect(raw(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9)).toBe('deny');
    r.registry.remove(facts().id);
    expect(at('203.0.113.5')).toBe('none');
    expect(r.why('a.example').kind).toBe('none');
  });

  it('answers with the block page’s address where there is one', () => {
    const r = resolver({ national, blockAddress: '192.0.2.80' });
    expect(r.policy.decide(question('listed.example', from(undefined), 0))).toMatchObject({
      answer: { a: '192.0.2.80' },
    });
  });

  it('never throws: packets cut short are refused', () => {
    const r = resolver({ national });
    r.registry.put(facts({ rules: everything }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(310), (packet, name) => {
        const verdict = r.policy.decide({ packet, name, type: 1, client: from('aaaaaaaaaaaa'), now: 0 });
        r.policy.noted?.({ packet, name, type: 1, client: from('aaaaaaaaaaaa'), now: 0 }, verdict);
      }),
      { numRuns: 20_000 },
    );
    expect(r.troubles).toEqual([]);
  });
});

describe('what is counted', () => {
  const noted = () => {
    const seen: unknown[][] = [];
    const r = resolver({
      national,
      categories,
      noting: {
        blocked: (profile, what, name) => seen.push([profile, what, name]),
        seen: (device) => seen.push([device]),
      },
    });
    const ask = (name: string, now = Date.parse(NOON), type = 1) => {
      const q = question(name, from('aaaaaaaaaaaa'), now, type);
      r.policy.noted?.(q, r.policy.decide(q));
      return seen.splice(0).filter((s) => s.length > 1);
    };
    return { r, ask };
  };

  it('is nothing, unless the family asked; names only of the youngest; never help, the national list, or nights', () => {
    const { r, ask } = noted();
    const rules: Rules = { ...openRules, closed: ['gambling'], deny: ['d.example'], windows: [night] };
    r.registry.put(facts({ rules }));
    expect(ask('casino.example')).toEqual([]);
    r.registry.put(facts({ rules: { ...rules, keeps: 'counts' } }));
    expect(ask('casino.example')).toEqual([[facts().id, 'gambling', undefined]]);
    expect(ask('casino.example', undefined, 28)).toEqual([]);
    r.registry.put(facts({ rules: { ...rules, keeps: 'names' } }));
    expect(ask('WWW.casino.example')).toEqual([[facts().id, 'gambling', 'www.casino.example']]);
    expect(ask('d.example')).toEqual([[facts().id, 'deny', 'd.example']]);
    for (const name of ['2511.ma', 'listed.example', 'open.example']) expect(ask(name)).toEqual([]);
    expect(ask('casino.example', Date.parse(NIGHT))).toEqual([]);
    // Rules from before somebody turned thirteen keep counts and no names.
    r.registry.put(facts({ rules: { ...rules, band: '13-15', keeps: 'names' } }));
    expect(ask('casino.example')).toEqual([[facts().id, 'gambling', undefined]]);
  });
});

describe('laws', () => {
  const pack = openResolver();
  const help = helpNames(pack.pack, ['salama.example']);
  pack.close();
  const label = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const anyName = fc.oneof(
    fc.constantFrom(...help),
    fc.constantFrom('listed.example', 'a.listed.example', 'casino.example', 'games.example', 'vpn.example'),
    fc.array(label, { minLength: 1, maxLength: 3 }).map((l) => `${l.join('.')}.example`),
  );
  const below = (name: fc.Arbitrary<string>) =>
    fc.tuple(fc.array(label, { maxLength: 2 }), name).map(([l, n]) => [...l, n].join('.'));
  const kinds = fc.subarray<Category>([...CATEGORY_NAMES]);
  const time = fc.constantFrom('00:00', '07:00', '12:00', '21:00');
  const anyRules: fc.Arbitrary<Rules> = fc.record({
    band: fc.constantFrom('under-9', '9-12', '13-15', '16-17', 'grown'),
    closed: kinds,
    allow: fc.array(anyName, { maxLength: 5 }),
    deny: fc.array(anyName, { maxLength: 5 }),
    safeSearch: fc.boolean(),
    youtube: fc.constantFrom('open', 'moderate', 'strict'),
    noWaysAround: fc.boolean(),
    windows: fc.array(
      fc.record({
        days: fc.subarray([...DAYS], { minLength: 1 }),
        from: time,
        to: time,
        closes: fc.oneof(fc.constant('everything' as const), fc.constant<Category[]>(['games'])),
      }),
      { maxLength: 3 },
    ),
    keeps: fc.constantFrom('nothing', 'counts', 'names'),
  });
  const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  const anyFacts: fc.Arbitrary<ProfileFacts> = fc
    .record(
      {
        rules: anyRules,
        pausedUntil: moment,
        bonus: fc.record({ until: moment, opens: fc.oneof(fc.constant('everything' as const), kinds) }),
        opened: fc.array(fc.record({ name: anyName, until: moment }), { maxLength: 3 }),
      },
      { requiredKeys: ['rules'] },
    )
    .map((over) => facts(over));

  it('help is never blocked and never counted, whatever the rules', () => {
    const counted: unknown[] = [];
    const r = resolver({
      national: [...national, ...help.map((target) => ({ kind: 'domain' as const, target, basis: 'court' as const }))],
      categories: [...categories, ...help.map((name) => [name, 'adult'] as const)],
      noting: { blocked: (...all) => counted.push(all), seen: () => {} },
    });
    fc.assert(
      fc.property(anyFacts, below(fc.constantFrom(...help)), moment, (profile, name, now) => {
        r.registry.put(profile);
        const q = question(name, from('aaaaaaaaaaaa'), now);
        const verdict = r.policy.decide(q);
        expect(verdict).toEqual({ kind: 'forward', follow: false, withoutEch: false });
        r.policy.noted?.(q, verdict);
        expect(counted).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('no rules of anybody open the national list', () => {
    const r = resolver({ national, categories });
    fc.assert(
      fc.property(anyFacts, below(fc.constant('listed.example')), moment, (profile, name, now) => {
        r.registry.put({
          ...profile,
          rules: { ...profile.rules, allow: [...profile.rules.allow, name, 'listed.example'] },
        });
        expect(r.why(name, now)).toEqual({ kind: 'national', basis: 'csam' });
      }),
      { numRuns: 3_000 },
    );
  });

  it('says the same of a name at a moment, whatever was asked before', () => {
    const seen = resolver({ national, categories });
    fc.assert(
      fc.property(
        anyFacts,
        below(anyName),
        fc.array(moment, { minLength: 2, maxLength: 5 }),
        (profile, name, moments) => {
          seen.registry.put(profile);
          const warm = moments.map((now) => seen.why(name, now).kind);
          const cold = moments.map((now) => {
            seen.registry.put(profile);
            return seen.why(name, now).kind;
          });
          expect(warm).toEqual(cold);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
