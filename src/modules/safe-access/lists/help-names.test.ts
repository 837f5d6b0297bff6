import { describe, expect, it } from 'vitest';
import { compileNeverBlock } from '../../blocking/index.ts';
import { moroccanPack } from '../../country/testing/pack.ts';
import { helpNames } from './help-names.ts';
import { unsafeEngines } from './search-safety.ts';
import { waysAround } from './ways-around.ts';

const { pack } = moroccanPack();
const names = helpNames(pack, ['Report.Example.', 'dns.report.example']);

describe('names of help', () => {
  it('are help lines, health, police, justice and our own', () => {
    expect(names.get('2511.ma')).toBe('help');
    expect(names.get('who.int')).toBe('health');
    expect(names.get('dgsn.gov.ma')).toBe('police');
    expect(names.get('justice.gov.ma')).toBe('justice');
    expect(names.get('report.example')).toBe('own');
    expect(names.get('dns.report.example')).toBe('own');
    for (const line of pack.helpLines.helpLines) {
      if (!line.url) continue;
      const labels = new URL(line.url).hostname.split('.');
      expect(
        labels.some((_, i) => names.has(labels.slice(i).join('.'))),
        line.url,
      ).toBe(true);
    }
  });

  it('are among what the national list may never take either', () => {
    const never = compileNeverBlock(pack, 'https://report.example');
    for (const name of names.keys()) expect(never.hurt(name, true), name).toBeDefined();
  });

  it('do not become a whole platform because a line has a page there', () => {
    const [line] = pack.helpLines.helpLines;
    const onFacebook = {
      ...pack,
      helpLines: { helpLines: [{ ...line, url: 'https://www.facebook.com/help' } as never] },
    };
    expect(helpNames(onFacebook, []).has('facebook.com')).toBe(false);
  });

  it('are never so wide that they open something else', () => {
    for (const name of names.keys()) {
      expect(name.split('.').length, name).toBeGreaterThan(1);
      expect([...unsafeEngines(), ...waysAround().keys()].filter((n) => n === name || n.endsWith(`.${name}`))).toEqual(
        [],
      );
    }
  });
});
