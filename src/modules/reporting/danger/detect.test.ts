import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCorpus } from './corpus/read-corpus.ts';
import { detectDanger, examine } from './detect.ts';
import { dangerKinds } from './signal.ts';

const sentences = [...readCorpus('dev'), ...readCorpus('test')];
const dangerous = sentences.filter(({ text }) => detectDanger(text).length > 0).map(({ text }) => text);

const kindsOf = (text: string): string[] => detectDanger(text).map(({ kind, lang, term }) => `${kind} ${lang} ${term}`);
const isLetter = (character: string): boolean => /^\p{L}$/u.test(character);

/** Writes something after some of the letters, as `choose` says. */
function disturb(text: string, choices: readonly number[], write: (letter: string, choice: number) => string): string {
  let index = 0;
  return [...text]
    .map((character) => {
      if (!isLetter(character)) return character;
      const choice = choices[index % choices.length] ?? 0;
      index += 1;
      return character + write(character, choice);
    })
    .join('');
}

// Lone surrogates too, which the library’s own units leave out.
const anyCodePoint = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));

const choices = fc.array(fc.nat(9), { minLength: 1, maxLength: 40 });

describe('detectDanger: writing habits hide nothing', () => {
  it.each([
    ['tashkil', ['\u064b', '\u064e', '\u064f', '\u0650', '\u0651', '\u0652', '\u0670']],
    ['tatweel', ['\u0640', '\u0640\u0640']],
    [
      'zero-width and bidi marks',
      ['\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u202b', '\u2067', '\ufeff', '\u00ad'],
    ],
    ['combining accents', ['\u0301', '\u0308', '\u0323', '\u0327']],
  ])('%s between letters', (_name, marks) => {
    fc.assert(
      fc.property(fc.constantFrom(...dangerous), choices, (text, chosen) => {
        expect(kindsOf(disturb(text, chosen, (_, choice) => marks[choice] ?? ''))).toEqual(kindsOf(text));
      }),
    );
  });

  it('letters held down', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dangerous), choices, (text, chosen) => {
        expect(kindsOf(disturb(text, chosen, (letter, choice) => letter.repeat(Math.max(0, choice - 4))))).toEqual(
          kindsOf(text),
        );
      }),
    );
  });

  it('capitals, wide letters and decomposed accents', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dangerous), (text) => {
        expect(kindsOf(text.toUpperCase())).toEqual(kindsOf(text));
        expect(kindsOf(text.normalize('NFD'))).toEqual(kindsOf(text));
        const wide = text.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
        expect(kindsOf(wide)).toEqual(kindsOf(text));
      }),
    );
  });

  it.each([
    ['أريد أن أموت', 'اريد ان اموت'],
    ['كيهددني', 'کیهددنی'],
    ['گال ليا غنقتلك', 'ڭال ليا غنقتلك'],
    ['ghadi n9tel rassi', "3'adi n9tel rassi"],
    ['bghit nmout', 'BGHIIIT NMOOOOUT'],
    ['bghit nmout', 'brit nmut'],
    ['bghani ntla9ah', 'bghani ntlaqah'],
    ['kayhdedni', 'tayheddedni'],
  ])('%s is %s', (one, other) => {
    expect(detectDanger(one).map(({ kind }) => kind)).not.toEqual([]);
    expect(detectDanger(other).map(({ kind }) => kind)).toEqual(detectDanger(one).map(({ kind }) => kind));
  });
});

describe('detectDanger: what it answers', () => {
  it('points at the passage in the text as it was given', () => {
    const text = 'قال لي بـــغــيـت نَمُووووت 😢 و سد الخط';
    const [signal] = detectDanger(text);
    expect(signal).toMatchObject({ kind: 'self-harm', lang: 'ary', term: 'بغيت نموت' });
    expect(text.slice(signal?.start, signal?.end)).toBe('بـــغــيـت نَمُووووت');
  });

  it('names the script it read', () => {
    expect(detectDanger('kayhdedni')[0]?.lang).toBe('ary-latn');
    expect(detectDanger('كيهددني').map(({ lang }) => lang)).toContain('ary');
    expect(detectDanger('righ ad mmtegh')[0]?.lang).toBe('zgh-latn');
    expect(detectDanger('ⵔⵉⵖ ⴰⴷ ⵎⵎⵜⵖ')[0]?.lang).toBe('zgh');
  });

  it('answers in order, one signal for each passage of a kind', () => {
    const text = 'il me menace. he wants to meet me alone. il me menace, il va publier mes photos';
    const signals = detectDanger(text);
    expect(signals.map(({ start }) => start)).toEqual(signals.map(({ start }) => start).toSorted((a, b) => a - b));
    for (const kind of dangerKinds) {
      const ofKind = signals.filter((signal) => signal.kind === kind);
      for (const [k, signal] of ofKind.entries()) expect(signal.start).toBeGreaterThanOrEqual(ofKind[k - 1]?.end ?? 0);
    }
  });

  it('does not build a sentence out of two', () => {
    expect(detectDanger('Elle veut. Mourir est un verbe')).toEqual([]);
    expect(detectDanger('he wants an ice cream! meet Tom at noon')).toEqual([]);
  });

  it('is not talked out of a danger by a joke elsewhere in the text', () => {
    expect(detectDanger('mort de rire hier, mais là je veux mourir').map(({ kind }) => kind)).toEqual(['self-harm']);
    expect(detectDanger('موت بالضحك البارح، ودابا بغيت نموت').map(({ kind }) => kind)).toEqual(['self-harm']);
  });
});

describe('detectDanger: any text at all', () => {
  const anyText = fc.oneof(
    fc.string({ unit: anyCodePoint, maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc
      .array(fc.constantFrom('ﷺ', '3\u2019', 'ﻻ', '\ud800', '\udc00', '٣', '.', '!', '\n', ...dangerous), {
        maxLength: 12,
      })
      .map((parts) => parts.join('')),
  );

  it('never throws, and its offsets are the text’s', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const { start, end, term } of detectDanger(text)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(term).not.toBe('');
          // No half of a surrogate pair is cut off.
          expect(/^[\udc00-\udfff]/.test(text.slice(start)) && /[\ud800-\udbff]$/.test(text.slice(0, start))).toBe(
            false,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds a passage wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dangerous),
        fc.constantFrom('', 'zzz ', '123 — ', 'ظظظ ظظظ، ', '😀 '),
        fc.constantFrom('', ' qqq', ' 😀!'),
        (text, before, after) => {
          const inside = detectDanger(before + text + after);
          for (const signal of detectDanger(text)) {
            expect(
              inside.some(
                ({ kind, start, end }) =>
                  kind === signal.kind && start <= signal.start + before.length && end >= signal.end + before.length,
              ),
            ).toBe(true);
          }
        },
      ),
    );
  });

  it.each([
    ['one letter', 'a'],
    ['beginnings without ends', 'il va si je veux me '],
    ['beginnings without ends, in Darija', 'bghit ghadi ila ma kay '],
    ['every dangerous sentence', `${dangerous.join(' ')} `],
    ['marks only', '\u064b\u200b'],
    ['dots', '. '],
  ])('takes time in proportion to the text: %s', (_name, unit) => {
    const steps = (length: number): number =>
      examine(unit.repeat(Math.ceil(length / unit.length)).slice(0, length)).steps;
    const long = Math.max(unit.length * 4, 20_000);
    expect(steps(long * 2)).toBeLessThanOrEqual(steps(long) * 2.1 + 100);
    expect(steps(long)).toBeLessThanOrEqual(long * 60);
  });
});
