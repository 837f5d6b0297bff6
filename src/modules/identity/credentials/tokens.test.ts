import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom, systemRandom } from '../../../platform/random.ts';
import {
  isToken,
  newApiKey,
  newRecoveryCode,
  newToken,
  normalRecoveryCode,
  parseApiKey,
  sameHash,
  tokenHash,
} from './tokens.ts';

describe('tokens', () => {
  it('carry 256 bits and are stored as SHA-256', () => {
    const token = newToken(systemRandom);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(isToken(token)).toBe(true);
    expect(tokenHash(token).toString('hex')).toBe(createHash('sha256').update(token).digest('hex'));
    expect(newToken(systemRandom)).not.toBe(token);
  });

  it('are recognised before they reach the database', () => {
    for (const bad of ['', 'x', `${'a'.repeat(42)}=`, `${'a'.repeat(43)}\n`, 'a'.repeat(44)])
      expect(isToken(bad)).toBe(false);
  });
});

describe('API keys', () => {
  it('parse back to what is stored', () => {
    // Many seeds: the secret's own alphabet contains the separator.
    for (let seed = 1; seed <= 50; seed++) {
      const key = newApiKey(seededRandom(seed));
      const parsed = parseApiKey(`Bearer ${key.secretText}`);
      expect(parsed?.prefix).toBe(key.prefix);
      expect(parsed && sameHash(parsed.hash, key.hash)).toBe(true);
    }
  });

  it('refuse other schemes, shapes and trailing characters', () => {
    const { secretText } = newApiKey(seededRandom(1));
    for (const header of [
      undefined,
      '',
      secretText,
      `Basic ${secretText}`,
      `Bearer ${secretText}x`,
      `Bearer ${secretText} `,
      `Bearer x${secretText}`,
    ])
      expect(parseApiKey(header)).toBeUndefined();
    expect(parseApiKey(`bearer ${secretText}`)).toBeDefined();
  });
});

describe('recovery codes', () => {
  it('can be typed back in any case, with or without separators', () => {
    const code = newRecoveryCode(seededRandom(7));
    expect(code).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/);
    expect(normalRecoveryCode(` ${code.toUpperCase().replaceAll('-', ' ')} `)).toBe(code);
    expect(normalRecoveryCode(code.slice(1))).toBeUndefined();
    expect(normalRecoveryCode('123456')).toBeUndefined();
  });
});
