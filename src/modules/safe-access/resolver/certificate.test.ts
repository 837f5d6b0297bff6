import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificateOf } from './certificate.ts';

const NOW = new Date('2026-11-24T08:00:00Z');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'salama-cert-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('can be read whatever its length: the name and the signature make all of them', async () => {
  for (let n = 0; n < 96; n += 1) {
    const name = `${'d'.repeat(1 + (n % 48))}.resolver.example`;
    const { cert } = await certificateOf(path.join(dir), undefined, name, NOW);
    const read = new X509Certificate(cert);
    expect(read.checkHost(`x.${name}`), name).toBeDefined();
    expect(cert.split('\n').every((line, i, all) => line !== '' || i === all.length - 1)).toBe(true);
  }
});

it('is kept while it is good, and made anew when its file is damaged', async () => {
  const first = await certificateOf(dir, undefined, 'dns.example', NOW);
  expect(await certificateOf(dir, undefined, 'dns.example', NOW)).toEqual(first);
  writeFileSync(path.join(dir, 'tls.cert.pem'), first.cert.replace('-----END', '\n-----END').slice(0, 200));
  const second = await certificateOf(dir, undefined, 'dns.example', NOW);
  expect(second.cert).not.toBe(first.cert);
  expect(readFileSync(path.join(dir, 'tls.cert.pem'), 'utf8')).toBe(second.cert);
});
