import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marksOf, phoneKey, sketch } from './marks.ts';

const STORY =
  'A person on the game chat first asks how old you are, then gives coins and asks for a drawing of your school.';
const shared = (a: string, b: string) => sketch(a).filter((band) => sketch(b).includes(band)).length;

describe('marks of a report', () => {
  it('knows one phone number in three spellings', () => {
    expect(new Set(['+212 6 00-00-00-01', '00212600000001', '0600000001'].map(phoneKey)).size).toBe(1);
  });

  it('finds numbers and wallets in words and accounts, and no dates or short numbers', () => {
    const narrative = 'Pay 500 before 24.11.2026 to 0x00000000000000000000000000000000000000aa or call 06 00 00 00 01.';
    const marks = marksOf({ narrative, accounts: [{ name: '+212600000002' }] });
    expect(marks.filter((m) => m.kind !== 'words')).toEqual([
      { kind: 'phone', value: '600000001' },
      { kind: 'wallet', value: '0x00000000000000000000000000000000000000aa' },
      { kind: 'phone', value: '600000002' },
    ]);
  });

  it('meets texts with much in common, and not others', () => {
    expect(shared(STORY, STORY.toUpperCase())).toBe(5);
    expect(shared(STORY, `${STORY} It happened again.`)).toBeGreaterThan(0);
    expect(
      shared(STORY, 'My neighbour’s shop site shows a list with the names of all pupils of the class to everybody.'),
    ).toBe(0);
    expect(sketch('Too short to say anything')).toEqual([]);
  });

  // The sketch walks over the text by a table; this is what it has to see in it, said in one line.
  const plainly = (text: string): string =>
    text
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[\p{M}\u0640]+/gu, '')
      .replace(/[^\p{L}\p{N}]+/gu, ' ');

  it('sees through case, accents, vowel signs, hamza, tatweel and marks, in any script', () => {
    const letter = fc.oneof(
      fc.constantFrom(...'aÀéœßΣσςİﬁ½ــأإآؤئةىًّ٣۳ⵣⵥ가각😀𝐦 .,-\n'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    const words = fc.array(
      fc.array(letter, { minLength: 1, maxLength: 6 }).map((l) => l.join('')),
      {
        minLength: 12,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(words, (given) => {
        const text = given.join(' ');
        const plain = plainly(text);
        // A few signs decompose into capitals ("℡"), which a second walk would make small.
        fc.pre(plain === plain.toLowerCase());
        expect(sketch(text)).toEqual(sketch(plain));
      }),
      { numRuns: 300 },
    );
  });
});
