import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../platform/random.ts';
import { hashPassword, NOBODYS_HASH, type PasswordProblem, passwordProblem, verifyPassword } from './password.ts';

const salma = { name: 'Salma Benali', email: 'salma.benali@hotline.example' };

describe('argon2id', () => {
  it('verifies what it hashed, and nothing else', async () => {
    const phc = await hashPassword('olives and bread', systemRandom);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword(phc, 'olives and bread')).toBe(true);
    expect(await verifyPassword(phc, 'olives and breaD')).toBe(false);
  });

  it('verifies a hash that was made elsewhere, with other costs (argon2 0~20171227 command line)', async () => {
    const phc = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
    expect(await verifyPassword(phc, 'password')).toBe(true);
    expect(await verifyPassword(phc, 'passwore')).toBe(false);
  });

  it('takes letters composed and decomposed as the same password', async () => {
    const phc = await hashPassword('caf\u00e9 au lait chaud', systemRandom);
    expect(await verifyPassword(phc, 'cafe\u0301 au lait chaud')).toBe(true);
  });

  it('has a hash that nobody opens, for unknown accounts', async () => {
    expect(await verifyPassword(NOBODYS_HASH, '')).toBe(false);
  });

  it('refuses a stored value that is no argon2id hash', async () => {
    await expect(verifyPassword('plain', 'plain')).rejects.toThrow('PHC');
  });
});

describe('a new password', () => {
  const cases: [string, PasswordProblem | undefined][] = [
    ['short', 'short'],
    ['elevenchars', 'short'],
    ['a'.repeat(201), 'long'],
    ['password1234', 'common'],
    ['Password!2026', 'common'],
    ['123456789012', 'common'],
    ['qwertyuiopas', 'common'],
    ['azertyuiopqs', 'common'],
    ['casablanca2026', 'common'],
    ['passwordpassword', 'common'],
    ['motdepassemotde', 'common'],
    ['aaaaaaaaaaaaaaa', 'common'],
    ['salma.benali1', 'personal'],
    ['Benali-Salma-26', 'personal'],
    ['salma.benali@hotline.example', 'personal'],
    ['blue kettle on a red roof', undefined],
    ['الجمل فوق السطح الأزرق', undefined],
    ['salma likes blue kettles', undefined],
    ['x7#kQ!vv2pLm', undefined],
  ];
  for (const [password, problem] of cases)
    it(`${password.slice(0, 30)}: ${problem ?? 'fine'}`, () => {
      expect(passwordProblem(password, salma)).toBe(problem);
    });
});
