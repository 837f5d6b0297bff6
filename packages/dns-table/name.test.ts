import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromText, nameLength, nameToText, sameName } from './name.ts';
import { wireName } from './testing/model.ts';

describe('a name', () => {
  it.each([
    ['.', [0]],
    ['MA', [2, 0x6d, 0x61, 0]],
    ['a\\.b.ma.', [3, 0x61, 0x2e, 0x62, 2, 0x6d, 0x61, 0]],
    ['\\000\\255', [2, 0, 255, 0]],
    ['a\u3002ma', [1, 0x61, 2, 0x6d, 0x61, 0]],
  ])('%s goes to the wire', (text, wire) => {
    expect([...nameFromText(text)]).toEqual(wire);
  });

  it('takes labels in Arabic, Tifinagh and French as browsers do', () => {
    expect(nameToText(nameFromText('المغرب'))).toBe('xn--mgbc0a9azcg.');
    expect(nameToText(nameFromText('École.ma'))).toBe('xn--cole-9oa.ma.');
    expect(nameToText(nameFromText('ⴰⵎⴰⵣⵉⵖ.ma'))).toMatch(/^xn--[a-z0-9]+\.ma\.$/);
  });

  it.each(['', 'a..b', '.a', 'a\\', '\\1', '\\256', `${'a'.repeat(64)}.ma`, 'é\\000.ma', 'a\u2260\u0338\u200f.ma'])(
    'refuses %j',
    (text) => {
      expect(() => nameFromText(text)).toThrow(expect.objectContaining({ code: 'name' }));
    },
  );

  it('may have 255 bytes and 63 a label, not one more', () => {
    const label = 'a'.repeat(63);
    expect(nameFromText(`${label}.${label}.${label}.${'a'.repeat(61)}`)).toHaveLength(255);
    expect(() => nameFromText(`${label}.${label}.${label}.${'a'.repeat(62)}`)).toThrow('longer than 255');
    expect(nameFromText(new Array(127).fill('a').join('.'))).toHaveLength(255);
  });

  it('refuses wire names cut short, too long or with a pointer', () => {
    expect(() => nameLength(Uint8Array.of(3, 97))).toThrow('cut short');
    expect(() => nameLength(Uint8Array.of(0xc0, 12))).toThrow('pointer');
    expect(() => nameLength(Uint8Array.of(...new Array(128).fill([1, 97]).flat(), 0))).toThrow('255');
  });

  it('comes back from text as it was, whatever its bytes', () => {
    fc.assert(
      fc.property(wireName, (wire) => {
        expect(sameName(nameFromText(nameToText(wire)), 0, wire, 0)).toBe(true);
      }),
    );
  });
});
