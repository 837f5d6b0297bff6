import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32, hotp, matchingStep, otpauthUri, stepAt } from './totp.ts';

const seed = (length: number) => Buffer.from('1234567890'.repeat(7).slice(0, length));

describe('HOTP', () => {
  it('gives the values of RFC 4226 appendix D', () => {
    const expected = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
    expect(expected.map((_, counter) => hotp(seed(20), counter))).toEqual(expected);
  });
});

describe('TOTP', () => {
  // RFC 6238 appendix B: time in seconds, then SHA-1, SHA-256, SHA-512.
  const vectors: [number, string, string, string][] = [
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ];
  for (const [seconds, sha1, sha256, sha512] of vectors)
    it(`gives the values of RFC 6238 appendix B at ${seconds} s`, () => {
      const step = stepAt(new Date(seconds * 1000));
      expect(hotp(seed(20), step, { digits: 8 })).toBe(sha1);
      expect(hotp(seed(32), step, { digits: 8, algorithm: 'sha256' })).toBe(sha256);
      expect(hotp(seed(64), step, { digits: 8, algorithm: 'sha512' })).toBe(sha512);
    });

  const at = new Date('2026-11-24T09:00:10Z');
  const now = stepAt(at);

  it('accepts one step to either side and no more', () => {
    const accepted = [-2, -1, 0, 1, 2].map((d) => matchingStep(seed(20), hotp(seed(20), now + d), at, 0));
    expect(accepted).toEqual([undefined, now - 1, now, now + 1, undefined]);
  });

  it('refuses a step that was used, and every one before it', () => {
    expect(matchingStep(seed(20), hotp(seed(20), now), at, now)).toBeUndefined();
    expect(matchingStep(seed(20), hotp(seed(20), now - 1), at, now)).toBeUndefined();
    expect(matchingStep(seed(20), hotp(seed(20), now + 1), at, now)).toBe(now + 1);
  });

  it('refuses what is not six digits', () => {
    for (const code of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦', ' 12345'])
      expect(matchingStep(seed(20), code, at, 0)).toBeUndefined();
  });
});

describe('base32', () => {
  it('gives the values of RFC 4648 §10, without padding', () => {
    const words = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'];
    expect(words.map((w) => base32(Buffer.from(w)))).toEqual([
      '',
      'MY',
      'MZXQ',
      'MZXW6',
      'MZXW6YQ',
      'MZXW6YTB',
      'MZXW6YTBOI',
    ]);
  });

  it('keeps every bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const bits = [...base32(Buffer.from(bytes))]
          .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
          .join('');
        const back = [...bytes].map((_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2));
        expect(back).toEqual([...bytes]);
      }),
    );
  });
});

it('writes an address that authenticator apps read', () => {
  const uri = new URL(otpauthUri(seed(20), 'e-Salama', 'salma@hotline.example'));
  expect(uri.protocol).toBe('otpauth:');
  expect(decodeURIComponent(uri.pathname)).toContain('e-Salama:salma@hotline.example');
  expect(uri.searchParams.get('secret')).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
});
