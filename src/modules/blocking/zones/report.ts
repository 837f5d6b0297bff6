import type { BoardRow, SecondarySettings, Zone } from '../../../../packages/rpz/index.ts';
import type { Db } from '../../../platform/db.ts';
import type { Basis } from '../entry/refusal.ts';
import { tables } from '../schema.ts';
import type { BasisStanding } from './coordinator.ts';
import { TIERS, type Tier } from './names.ts';

/** A row of the primary's board, with moments instead of ages: so that it changes only when something happened. */
export interface ReportRow extends Omit<BoardRow, 'key' | 'keys'> {
  /** Name of the key used last. */
  key?: string;
  keys: { name: string; since: number; lastUsed?: number }[];
}

/** What the running role says of itself. Kept in the database, where the pages read it. */
export interface ZoneReport {
  /** Serial of the feed log that is in the zones; -1 while the list has not been read. */
  feed: number;
  zones: { origin: string; tier: Tier; basis: Basis; serial: number; rules: number }[];
  standing: BasisStanding[];
  rows: ReportRow[];
  /** null while the port can't be had. */
  endpoint: { address: string; port: number; tlsPort: number | null; certificateUntil?: string } | null;
  /** The last request for a re-base that was done; see rebase.ts. */
  rebased?: number;
  /** Partners whose settings the primary can't take. */
  faults: { partner: string; fault: string }[];
}

export function reportRows(rows: readonly BoardRow[], secondaries: readonly SecondarySettings[]): ReportRow[] {
  const since = new Map(secondaries.flatMap((s) => (s.keys ?? []).map((k) => [canonical(k.name), k.since] as const)));
  return rows.map(({ key, keys, ...row }) => ({
    ...row,
    ...(key ? { key: key.name } : {}),
    keys: keys.map(({ name, lastUsed }) => ({
      name,
      since: since.get(name) ?? 0,
      ...(lastUsed === undefined ? {} : { lastUsed }),
    })),
  }));
}

const canonical = (name: string) => `${name.toLowerCase().replace(/\.$/, '')}.`;

/** The row as the doctor reads it. @param now milliseconds since 1970 */
export function boardRow({ key, keys, ...row }: ReportRow, now: number): BoardRow {
  const aged = keys.map(({ name, since, lastUsed }) => ({
    name,
    ageMs: now - since,
    ...(lastUsed === undefined ? {} : { lastUsed }),
  }));
  const used = aged.find((k) => k.name === key);
  return { ...row, ...(used ? { key: used } : {}), keys: aged };
}

/** What was known of a server before this run; the primary's board begins empty. */
export function withEarlier(rows: readonly BoardRow[], earlier: readonly ReportRow[]): BoardRow[] {
  const known = new Map(earlier.map((r) => [`${r.secondary} ${r.zone}`, r]));
  return rows.map((row) => {
    const old = row.has === undefined ? known.get(`${row.secondary} ${row.zone}`) : undefined;
    if (old?.has === undefined) return row;
    const { has, transfer, notify, asked } = old;
    return {
      ...(transfer ? { transfer } : {}),
      ...(notify ? { notify } : {}),
      ...(asked ? { asked } : {}),
      ...row,
      has,
      behind: Math.max(0, row.serial - has),
      ...(has !== row.serial && old.lateSince !== undefined ? { lateSince: old.lateSince } : {}),
    };
  });
}

/** @param marks names of the programme's own in each base zone, which are none of the list */
export const zonesOf = (pairs: Record<Basis, Record<Tier, Zone>>, marks: number): ZoneReport['zones'] =>
  Object.entries(pairs).flatMap(([basis, pair]) =>
    TIERS.map((tier) => ({
      origin: pair[tier].origin,
      tier,
      basis: basis as Basis,
      serial: pair[tier].serial,
      rules: Math.max(0, pair[tier].size - (tier === 'base' ? marks : 0)),
    })),
  );

export async function readReport(db: Db): Promise<{ seenAt: Date; changedAt: Date; report: ZoneReport } | undefined> {
  const row = await tables(db).selectFrom('blocking.zone_state').selectAll().executeTakeFirst();
  return row && { seenAt: row.seen_at, changedAt: row.changed_at, report: row.state };
}

/** @param changed whether it differs from what was written last */
export async function writeReport(db: Db, report: ZoneReport, at: Date, changed: boolean): Promise<void> {
  const state = JSON.stringify(report) as unknown as ZoneReport;
  await tables(db)
    .insertInto('blocking.zone_state')
    .values({ singleton: true, seen_at: at, changed_at: at, state })
    .onConflict((oc) =>
      oc.column('singleton').doUpdateSet(changed ? { seen_at: at, changed_at: at, state } : { seen_at: at }),
    )
    .execute();
}
