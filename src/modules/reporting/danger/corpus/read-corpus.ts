import { readFileSync } from 'node:fs';
import { type DangerKind, dangerKinds } from '../signal.ts';

export interface Labelled {
  /** null: ordinary talk that must stay silent. */
  kind: DangerKind | null;
  lang: string;
  text: string;
}

/**
 * Reads one part of the labelled corpus: `dev` may be tuned on; `test` was written before the lexicon; `late` after it.
 * Throws on a line that is not `kind<TAB>language<TAB>sentence`.
 */
export function readCorpus(part: 'dev' | 'test' | 'late'): Labelled[] {
  const lines = readFileSync(new URL(`./${part}.tsv`, import.meta.url), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [label, lang, text, ...more] = line.split('\t');
      const kind = dangerKinds.find((known) => known === label) ?? null;
      if (!lang || !text || more.length > 0 || (kind === null && label !== '-')) throw new Error(`corpus: ${line}`);
      return { kind, lang, text };
    });
}
