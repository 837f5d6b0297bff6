import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineConfig } from '../packages/rpz/index.ts';
import { dnsFiles } from '../scripts/deploy-dns.ts';
import { findRoot } from '../src/platform/root.ts';
import { deployedSettings } from './support/deployed-dns.ts';

const DNS = path.join(findRoot(), 'deploy/dns');
const WRITTEN = 'Written by "npm run deploy:dns"';

describe('deploy/dns', () => {
  const settings = deployedSettings();
  const files = dnsFiles(settings);

  it('is what the generator writes today; if not, run "npm run deploy:dns"', () => {
    for (const { file, text } of files) expect(readFileSync(path.join(DNS, file), 'utf8'), file).toBe(text);
    const there = readdirSync(DNS, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file, 'utf8').includes(WRITTEN) && !file.endsWith('README.md'))
      .map((file) => path.relative(DNS, file));
    expect(there.sort()).toEqual(files.map(({ file }) => file).sort());
  });

  it('has nothing in it that delays a block', () => {
    const examined = [...settings.resolvers, { folder: 'dnsdist', software: 'dnsdist' as const }];
    for (const { folder, software } of examined) {
      const text = files.filter((f) => f.file.startsWith(`${folder}/`)).map((f) => f.text);
      const wrong = examineConfig(software, text.join('\n'), settings.zones).filter((f) => f.severity === 'wrong');
      expect(wrong, folder).toEqual([]);
    }
  });

  it('holds no secret that anybody could use', () => {
    for (const { key } of settings.resolvers) expect(key?.secret).toMatch(/^PUT\/THE\/SECRET/);
  });
});
