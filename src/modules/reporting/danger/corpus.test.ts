import { describe, expect, it } from 'vitest';
import { type Labelled, readCorpus } from './corpus/read-corpus.ts';
import { detectDanger } from './detect.ts';
import { dangerKinds } from './signal.ts';

function measure(sentences: Labelled[]): { recall: number; precision: number; kindRecall: number } {
  const positives = sentences.filter(({ kind }) => kind !== null);
  const found = positives.filter(({ text }) => detectDanger(text).length > 0);
  const rightKind = positives.filter(({ kind, text }) => detectDanger(text).some((signal) => signal.kind === kind));
  const alarms = sentences.filter(({ kind, text }) => kind === null && detectDanger(text).length > 0);
  return {
    recall: found.length / positives.length,
    precision: found.length / (found.length + alarms.length),
    kindRecall: rightKind.length / positives.length,
  };
}

describe('the labelled corpus', () => {
  const dev = readCorpus('dev');
  const test = readCorpus('test');
  const late = readCorpus('late');

  it('has the size and the spread it claims', () => {
    expect(dev.length).toBeGreaterThanOrEqual(200);
    expect(test.length).toBeGreaterThanOrEqual(200);
    for (const half of [dev, test]) {
      const share = half.filter(({ kind }) => kind === null).length / half.length;
      expect(share).toBeGreaterThan(0.3);
      for (const lang of ['ar', 'ary', 'ary-latn', 'fr', 'zgh', 'zgh-latn', 'en']) {
        const ofLang = half.filter((sentence) => sentence.lang === lang);
        for (const kind of [...dangerKinds, null]) {
          expect(ofLang.some((sentence) => sentence.kind === kind)).toBe(true);
        }
      }
    }
    const seen = new Set(dev.map(({ text }) => text));
    expect([...test, ...late].filter(({ text }) => seen.has(text))).toEqual([]);
  });

  it('is found on the held-out half, which the lexicon was not tuned on', () => {
    const { recall, precision, kindRecall } = measure(test);
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(precision).toBeGreaterThanOrEqual(0.9);
    expect(kindRecall).toBeGreaterThanOrEqual(0.9);
  });

  // The author of the lexicon had written the held-out half too, so the figure above flatters. Sentences written last were
  // found at 0.86 when first run, with no false alarm: nearer to what strangers' words will see, and still one author's.
  it('carries over to sentences written after the tuning', () => {
    const { recall, precision } = measure(late);
    expect(recall).toBeGreaterThanOrEqual(0.8);
    expect(precision).toBeGreaterThanOrEqual(0.9);
  });

  it.each(dev.filter(({ kind }) => kind !== null))('finds $kind in $text', ({ kind, lang, text }) => {
    const signals = detectDanger(text).filter((signal) => signal.kind === kind);
    expect(signals).not.toEqual([]);
    // A word both languages share may answer for either; the script never lies.
    expect(signals.some((signal) => signal.lang.endsWith('-latn') === lang.endsWith('-latn'))).toBe(true);
  });

  it.each(dev.filter(({ kind }) => kind === null))('stays silent at $text', ({ text }) => {
    expect(detectDanger(text)).toEqual([]);
  });
});
