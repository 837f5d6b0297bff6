import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../index.ts';
import { asKept, CHILD_PROMISES, offered, ownWords } from '../pact-words.ts';
import { openRules } from '../testing/resolver.ts';
import { firstRules, MATTERS, mattersOf } from './first-rules.ts';
import { mobileConfig, signProfile } from './mobileconfig.ts';
import { minutesUntil } from './wall-minutes.ts';

describe('the first rules', () => {
  const matters = fc.subarray([...MATTERS]);

  it('do what was ticked and nothing that was not, whatever the preset', () => {
    fc.assert(
      fc.property(matters, matters, (first, second) => {
        const made = firstRules(firstRules(openRules, first), second);
        expect(rules.parse(made)).toEqual(made);
        expect(mattersOf(made).filter((m) => m !== 'dangers')).toEqual(
          MATTERS.filter((m) => second.includes(m) && m !== 'dangers'),
        );
      }),
    );
  });

  it('never open malware and fraud', () => {
    for (const wanted of [[], [...MATTERS]])
      expect(firstRules(openRules, wanted).closed).toEqual(expect.arrayContaining(['malware', 'phishing']));
  });
});

describe('until a time on the wall', () => {
  const now = new Date('2026-11-24T20:15:00Z');
  it('counts to the next time the clock shows it', () => {
    expect(minutesUntil('21:45', now, 'UTC')).toBe(90);
    expect(minutesUntil('07:15', now, 'UTC')).toBe(660);
    expect(minutesUntil('20:15', now, 'UTC')).toBe(1440);
    expect(minutesUntil('05:16', now, 'Asia/Tokyo')).toBe(1);
    expect(minutesUntil('25:00', now, 'UTC')).toBeUndefined();
  });
});

describe('a family’s own words', () => {
  it('are never taken for a promise that the house offers', () => {
    for (const name of CHILD_PROMISES) {
      expect(offered(asKept(name), CHILD_PROMISES)).toBe(name);
      expect(offered(ownWords(asKept(name)), CHILD_PROMISES)).toBeUndefined();
    }
    expect(ownWords(' KEY:key: tell ')).toBe('tell');
  });
});

describe('an iPhone’s profile', () => {
  const profile = {
    device: 'abcdefghijkl',
    dohUrl: 'https://salama.example/dns-query/abcdefghijkl',
    dnsName: 'dns.salama.example',
    title: 'إ-سلامة & <family>',
    description: 'x',
    organisation: 'e-Salama',
  };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'profile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => path.join(folder, name);

  it('asks at the device’s own address, can be taken off, and is the same each time', () => {
    const content = mobileConfig(profile);
    expect(content).toContain('<key>ServerURL</key><string>https://salama.example/dns-query/abcdefghijkl</string>');
    expect(content).toContain('<string>com.apple.dnsSettings.managed</string>');
    expect(content).toContain('<key>PayloadRemovalDisallowed</key><false/>');
    expect(content).not.toMatch(/ProhibitDisablement|<family>/);
    expect(mobileConfig(profile)).toBe(content);
  });

  it.each([
    ['rsa', ['-newkey', 'rsa:2048']],
    ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
  ])('signed with an %s key, is what OpenSSL verifies', async (name, kind) => {
    const files = { key: at(`${name}.key`), cert: at(`${name}.pem`), signed: at(`${name}.mobileconfig`) };
    const request = ['req', '-x509', '-nodes', '-days', '30', '-subj', '/CN=salama.example', ...kind];
    execFileSync('openssl', [...request, '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' });
    const read = (file: string) => execFileSync('cat', [file], { encoding: 'utf8' });
    const content = mobileConfig(profile);
    writeFileSync(files.signed, await signProfile(content, { certificates: read(files.cert), key: read(files.key) }));
    const verify = ['cms', '-verify', '-inform', 'DER', '-in', files.signed, '-CAfile', files.cert, '-purpose', 'any'];
    expect(
      execFileSync('openssl', [...verify, '-binary'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ).toBe(content);
  });
});
