import { describe, expect, it } from 'vitest';
import type { Assurance, Factor } from './actor.ts';
import { enrolmentGate } from './enrolment.ts';

describe('who may add or remove ways to sign in', () => {
  type Row = [assurance: Assurance, factors: Factor[], passkeys: number, totp: boolean, gate: string];
  const rows: Row[] = [
    // A link opens the door of an empty account only.
    ['half', ['link'], 0, false, 'open'],
    ['half', ['link'], 1, false, 'half'],
    ['half', ['link'], 0, true, 'half'],
    // A password alone opens nothing, whatever the account has.
    ['half', ['password'], 0, false, 'half'],
    ['half', ['password'], 0, true, 'half'],
    ['half', ['password'], 2, true, 'half'],
    // Password and code add the first passkey, never the second.
    ['full', ['password', 'totp'], 0, true, 'open'],
    ['full', ['password', 'recovery'], 0, true, 'open'],
    ['full', ['password', 'totp'], 1, true, 'passkey-first'],
    ['full', ['password', 'recovery'], 1, true, 'passkey-first'],
    // The demonstration stands in for a passkey at work, not here.
    ['full', ['demo'], 0, false, 'open'],
    ['full', ['demo'], 1, false, 'passkey-first'],
    ['full', ['passkey'], 1, false, 'open'],
    ['full', ['passkey', 'demo'], 3, true, 'open'],
  ];
  for (const [assurance, factors, passkeys, totp, gate] of rows)
    it(`${assurance} by ${factors.join(' and ')}, ${passkeys} passkeys, ${totp ? 'a' : 'no'} code: ${gate}`, () => {
      expect(enrolmentGate({ assurance, factors }, { passkeys, totp })).toBe(gate);
    });
});
