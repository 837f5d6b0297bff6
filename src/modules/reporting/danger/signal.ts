/** What a passage of free text may be about. Detection raises the priority of a report and decides nothing else. */
export const dangerKinds = ['self-harm', 'threat', 'meeting', 'lives-with-abuser', 'violence-now'] as const;
export type DangerKind = (typeof dangerKinds)[number];

/** The language a passage was recognised in; `ary` is Darija, `zgh` Tamazight, `-latn` their spelling in Latin letters. */
export type DangerLang = 'ar' | 'ary' | 'ary-latn' | 'fr' | 'zgh' | 'zgh-latn' | 'en';

export interface DangerSignal {
  kind: DangerKind;
  lang: DangerLang;
  /** The normalised words that matched. They are the reporter's words: personal data, never for logs or the audit. */
  term: string;
  /** UTF-16 offsets into the text as it was given, so that `text.slice(start, end)` is the passage. */
  start: number;
  end: number;
}
