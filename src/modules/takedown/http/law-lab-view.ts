import type { LocalText } from '../../../platform/i18n/index.ts';
import type { LawChange, LawLab } from '../../country/index.ts';
import { freedAlone, greedyOrder } from '../escalation/law-lab.ts';
import type { StalledRow } from '../escalation/stopper-store.ts';

export interface LawLabData {
  cases: number;
  /** Cases of which a person has said what stops them. */
  confirmed: number;
  medianMs: number;
  stoppers: { id: string; name: LocalText; cases: number; confirmed: number; only: number; medianMs: number }[];
  changes: { id: string; kind: LawChange['kind']; name: LocalText; alone: number; touches: number }[];
  greedy: { id: string; name: LocalText; more: number; total: number }[];
  countries: { country: string | null; cases: number; medianMs: number; most: LocalText | undefined }[];
}

function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length === 0 ? 0 : sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** Counts what stops cases and what each change would free. Pure. */
export function lawLabOf(rows: readonly StalledRow[], lab: LawLab, now: Date): LawLabData {
  const age = (r: StalledRow) => now.getTime() - r.since.getTime();
  const cases = rows.map((r) => ({ stoppers: new Set<string>(r.stoppers) }));
  const changes = lab.changes.map((c) => ({ id: c.id, lifts: new Set<string>(c.lifts) }));
  const alone = freedAlone(cases, changes);
  const nameOf = new Map(lab.changes.map((c) => [c.id, c.name]));
  const withStopper = (id: string) => rows.filter((r) => r.stoppers.some((s) => s === id));
  const byCountry = [...Map.groupBy(rows, (r) => r.country)];
  const mostOften = (list: readonly StalledRow[]) =>
    lab.stoppers
      .map((s) => ({ name: s.name, n: list.filter((r) => r.stoppers.includes(s.id)).length }))
      .reduce((a, b) => (b.n > a.n ? b : a));
  return {
    cases: rows.length,
    confirmed: rows.filter((r) => r.confirmed.length > 0).length,
    medianMs: median(rows.map(age)),
    stoppers: lab.stoppers
      .map(({ id, name }) => {
        const own = withStopper(id);
        return {
          id,
          name,
          cases: own.length,
          confirmed: own.filter((r) => r.confirmed.includes(id)).length,
          only: own.filter((r) => r.stoppers.length === 1).length,
          medianMs: median(own.map(age)),
        };
      })
      .filter((s) => s.cases > 0)
      .sort((a, b) => b.cases - a.cases),
    changes: lab.changes
      .map(({ id, kind, name, lifts }) => ({
        id,
        kind,
        name,
        alone: alone.get(id) ?? 0,
        touches: rows.filter((r) => r.stoppers.some((s) => lifts.includes(s))).length,
      }))
      .sort((a, b) => b.alone - a.alone || b.touches - a.touches),
    greedy: greedyOrder(cases, changes).map(({ change, more, total }) => ({
      id: change,
      name: nameOf.get(change) as LocalText,
      more,
      total,
    })),
    countries: byCountry
      .map(([country, list]) => ({
        country,
        cases: list.length,
        medianMs: median(list.map(age)),
        most: mostOften(list).name,
      }))
      .sort((a, b) => b.cases - a.cases),
  };
}

const DAY_MS = 86_400_000;
const days = (ms: number) => (ms / DAY_MS).toFixed(1);

/** One table of all of it: what, id, name and numbers. Names come from the country pack, so no cell begins a formula. */
export function lawLabCsv(data: LawLabData, lang: keyof LocalText, head: readonly string[]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows: (string | number)[][] = [
    [...head],
    ...data.stoppers.map((s) => [
      'stopper',
      s.id,
      s.name[lang],
      s.cases,
      s.confirmed,
      s.only,
      days(s.medianMs),
      '',
      '',
    ]),
    ...data.changes.map((c) => ['change', c.id, c.name[lang], c.touches, '', c.alone, '', '', '']),
    ...data.greedy.map((g) => ['order', g.id, g.name[lang], '', '', '', '', g.more, g.total]),
    ...data.countries.map((c) => [
      'country',
      c.country ?? '',
      c.country ?? '',
      c.cases,
      '',
      '',
      days(c.medianMs),
      '',
      '',
    ]),
  ];
  return `\uFEFF${rows.map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`;
}
