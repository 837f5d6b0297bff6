import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressBytes, addressText } from './address.ts';

it('reads and writes every address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.ipV6()), (made) => {
      const bytes = typeof made === 'string' ? addressBytes(made) : made;
      expect(addressBytes(addressText(bytes as Uint8Array))).toEqual(bytes);
    }),
  );
  // IPv6 as the system itself would write it.
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const own = addressText(addressBytes(text) as Uint8Array);
      expect(isIPv6(own)).toBe(true);
      const url = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      expect(own).toBe(url);
    }),
  );
});

it('knows what is none', () => {
  for (const text of ['', 'a', '1.2.3', '1.2.3.4.5', '256.1.1.1', '::1::', 'example.ma', '%eth0']) {
    expect(addressBytes(text)).toBeUndefined();
  }
  expect(addressBytes('fe80::1%eth0')).toEqual(addressBytes('fe80::1'));
});
