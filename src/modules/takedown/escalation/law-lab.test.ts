import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../../platform/root.ts';
import type { LawLab } from '../../country/index.ts';
import { lawLabCsv, lawLabOf } from '../http/law-lab-view.ts';
import { freedAlone, greedyOrder } from './law-lab.ts';
import type { StalledRow } from './stopper-store.ts';

const kase = (...stoppers: string[]) => ({ stoppers: new Set(stoppers) });
const change = (id: string, ...lifts: string[]) => ({ id, lifts: new Set(lifts) });

describe('what a change of the law would free', () => {
  it('frees a case only when everything that stops it is lifted, and counts it once', () => {
    const cases = [kase('a'), kase('a', 'b'), kase('b'), kase('c')];
    const changes = [change('one', 'a'), change('two', 'b'), change('both', 'a', 'b')];
    expect(Object.fromEntries(freedAlone(cases, changes))).toEqual({ one: 1, two: 1, both: 3 });
    expect(greedyOrder(cases, changes)).toEqual([{ change: 'both', more: 3, total: 3 }]);
  });

  it('puts two changes together that free nothing alone', () => {
    const cases = [kase('a', 'b'), kase('a', 'b')];
    expect(greedyOrder(cases, [change('one', 'a'), change('two', 'b'), change('none', 'z')])).toEqual([
      { change: 'one', more: 0, total: 0 },
      { change: 'two', more: 2, total: 2 },
    ]);
  });

  it('never counts more than there is, and ends where all changes together end', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const some = fc.subarray(ids).map((list) => new Set(list));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 30 }), fc.array(some, { maxLength: 6 }), (sets, lifts) => {
        const cases = sets.map((stoppers) => ({ stoppers }));
        const changes = lifts.map((set, i) => ({ id: `c${i}`, lifts: set }));
        const order = greedyOrder(cases, changes);
        const all = new Set(lifts.flatMap((set) => [...set]));
        const possible = cases.filter((c) => c.stoppers.size > 0 && [...c.stoppers].every((s) => all.has(s))).length;
        expect(order.at(-1)?.total ?? 0).toBe(possible);
        expect(order.reduce((sum, s) => sum + s.more, 0)).toBe(possible);
        expect(new Set(order.map((s) => s.change)).size).toBe(order.length);
      }),
    );
  });
});

describe('the law lab', () => {
  const lab: LawLab = JSON.parse(readFileSync(path.join(findRoot(), 'country/ma/law-lab.json'), 'utf8'));
  const now = new Date('2026-12-01T00:00:00Z');
  const row = (days: number, country: string | null, ...stoppers: StalledRow['stoppers']): StalledRow => ({
    country,
    since: new Date(now.getTime() - days * 86_400_000),
    stoppers,
    confirmed: stoppers.slice(0, 1),
  });

  it('counts cases by reason, country and change', () => {
    const data = lawLabOf(
      [row(2, 'NL', 'court-order'), row(4, 'NL', 'court-order', 'silent-abroad'), row(8, null, 'police-hold')],
      lab,
      now,
    );
    expect(data).toMatchObject({ cases: 3, confirmed: 3, medianMs: 4 * 86_400_000 });
    expect(data.stoppers[0]).toMatchObject({ id: 'court-order', cases: 2, confirmed: 2, only: 1 });
    expect(data.countries).toMatchObject([
      { country: 'NL', cases: 2 },
      { country: null, cases: 1 },
    ]);
    expect(data.greedy.at(-1)?.total).toBe(3);
    const csv = lawLabCsv(data, 'fr', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    expect(csv).toContain('stopper,court-order,Le fournisseur exige une décision de justice,2,2,1,3.0,,');
    expect(csv.split('\r\n').every((line) => line === '' || !/^[=+\-@]/.test(line))).toBe(true);
  });

  it('has an answer, to be verified, for every reason that a law could touch', () => {
    const lifted = new Set(lab.changes.flatMap((c) => c.lifts));
    // These are for the desk itself to settle.
    const ours = ['reporter-hold', 'site-not-cleared', 'dispute-open'];
    expect(lab.stoppers.map((s) => s.id).filter((id) => !lifted.has(id))).toEqual(ours);
    expect(lab.changes.every((c) => !c.verified)).toBe(true);
  });
});
