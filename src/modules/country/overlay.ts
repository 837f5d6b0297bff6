import type { CountryPack, PackPart, RawPack } from './pack-schema.ts';
import { PACK_FILES } from './pack-schema.ts';
import { isRecord, validatePack } from './validate-pack.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * One change an administrator made to the pack. `key` is a path: the part, then property names and ids, for example
 * `helpLines.onde-2511.tel` or `calendar.religiousHolidays.eid-al-fitr-2027.date`.
 * In a list, an object under a new id is added, null removes the entry; anything else replaces.
 */
export interface OverlayEntry {
  key: string;
  value: JsonValue;
}

export interface OverlayProblem {
  key: string;
  problems: string[];
}

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const isPart = (name: string): name is PackPart => Object.hasOwn(PACK_FILES, name);
const nameOf = (item: unknown): unknown => (isRecord(item) ? (item.id ?? item.code ?? item.category) : undefined);

/** Puts one value into a copy of the pack. Returns the copy, or a sentence that says why there is no such place. */
export function putEntry(raw: RawPack, { key, value }: OverlayEntry): { raw: RawPack } | { problem: string } {
  const segments = key.split('.');
  const [part, ...rest] = segments;
  if (!segments.every((s) => SEGMENT.test(s))) return { problem: `"${key}" is not a path` };
  if (part === undefined || !isPart(part)) return { problem: `there is no part "${part}"` };
  const root = structuredClone(raw[part]);
  // Most parts are one list named like the part: `helpLines.police` means `helpLines.helpLines.police`.
  if (isRecord(root) && rest[0] !== undefined && !Object.hasOwn(root, rest[0]) && Array.isArray(root[part]))
    rest.unshift(part);
  const last = rest.pop();
  if (last === undefined) return { problem: `"${key}" names a whole part` };

  let at: unknown = root;
  for (const step of rest) {
    if (Array.isArray(at)) at = at.find((item) => nameOf(item) === step);
    else at = isRecord(at) && Object.hasOwn(at, step) ? at[step] : undefined;
    if (at === undefined || at === null) return { problem: `there is no "${step}" in "${key}"` };
  }
  if (Array.isArray(at)) {
    const index = at.findIndex((item) => nameOf(item) === last);
    if (value === null && index < 0) return { problem: `there is no "${last}" to remove` };
    if (value !== null && nameOf(value) !== last) return { problem: `the entry must carry the id "${last}"` };
    if (value === null) at.splice(index, 1);
    else if (index < 0) at.push(value);
    else at[index] = value;
  } else if (isRecord(at)) at[last] = value;
  else return { problem: `"${key}" leads into a text` };
  return { raw: { ...raw, [part]: root } };
}

/**
 * The pack with the administrator's entries in it. Entries that no longer fit (the pack was upgraded under them) are left
 * out and reported, one by one: an old entry must not stop the whole service. The base pack itself must be valid.
 */
export function applyOverlay(
  base: RawPack,
  basePack: CountryPack,
  entries: readonly OverlayEntry[],
): { pack: CountryPack; problems: OverlayProblem[] } {
  let raw = base;
  let pack = basePack;
  const together = putAll(raw, entries);
  if (together) {
    const valid = validatePack(together);
    if (valid.ok) return { pack: valid.pack, problems: [] };
  }
  // Entries may need each other (a new help line, and a category that names it): go round until nothing more fits.
  let waiting = [...entries];
  let problems: OverlayProblem[] = [];
  for (let progress = true; progress; ) {
    progress = false;
    problems = [];
    const refused: OverlayEntry[] = [];
    for (const entry of waiting) {
      const put = putEntry(raw, entry);
      const valid = 'raw' in put ? validatePack(put.raw) : { ok: false as const, problems: [put.problem] };
      if (valid.ok && 'raw' in put) {
        raw = put.raw;
        pack = valid.pack;
        progress = true;
      } else {
        refused.push(entry);
        problems.push({ key: entry.key, problems: valid.ok ? [] : valid.problems });
      }
    }
    waiting = refused;
  }
  return { pack, problems };
}

function putAll(base: RawPack, entries: readonly OverlayEntry[]): RawPack | null {
  let raw = base;
  for (const entry of entries) {
    const put = putEntry(raw, entry);
    if ('problem' in put) return null;
    raw = put.raw;
  }
  return raw;
}
