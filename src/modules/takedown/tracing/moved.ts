import type { Moved, StoredAnswer } from '../schema.ts';
import { networkIn, type TraceAnswer } from './contact.ts';

type Facts = Partial<Record<Moved['what'], string>>;

function factsOf(answers: readonly StoredAnswer[]): Facts {
  const direct = answers.filter((a) => a.of === undefined && a.outcome === 'found');
  const data = (source: string) => direct.find((a) => a.source === source)?.data as Record<string, unknown> | undefined;
  const { asn } = networkIn(direct as unknown as TraceAnswer[]);
  const registrar = data('rdap-domain')?.name;
  const ns = data('dns')?.ns;
  return {
    ...(asn === undefined ? {} : { network: `AS${asn}` }),
    ...(typeof registrar === 'string' ? { registrar } : {}),
    ...(Array.isArray(ns) && ns.length > 0 ? { nameservers: [...ns].map(String).sort().join(' ') } : {}),
  };
}

/**
 * What differs from what was last known, fact by fact: a source that failed says nothing. Pure.
 * @param earlier answers of earlier traces of the same item, newest first
 */
export function movedSince(earlier: readonly (readonly StoredAnswer[])[], now: readonly StoredAnswer[]): Moved[] {
  const after = factsOf(now);
  const before = earlier.map(factsOf);
  return (['network', 'registrar', 'nameservers'] as const).flatMap((what) => {
    const [old, fresh] = [before.find((f) => f[what] !== undefined)?.[what], after[what]];
    return old !== undefined && fresh !== undefined && old !== fresh ? [{ what, before: old, after: fresh }] : [];
  });
}
