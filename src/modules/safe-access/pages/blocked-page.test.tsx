import { describe, expect, it } from 'vitest';
import { LANGS } from '../../../platform/i18n/index.ts';
import { render } from '../../../platform/ui/render.testkit.tsx';
import type { Explanation } from '../index.ts';
import { BlockedPage, decidedBy } from './blocked-page.tsx';

const found = (why: Explanation['why'], outcome: Explanation['outcome'] = 'blocked'): Explanation => ({
  name: 'listed.example',
  outcome,
  why,
  appealPath: undefined,
});
const national = found({ kind: 'national', basis: 'csam' });

describe('who decided', () => {
  it('is the national list, the family, or nobody', () => {
    expect(decidedBy(undefined)).toBe('unknown');
    expect(decidedBy(national)).toBe('national');
    expect(decidedBy(found({ kind: 'deny' }))).toBe('family');
    expect(decidedBy(found({ kind: 'category', category: 'games' }))).toBe('family');
    expect(decidedBy(found({ kind: 'none' }, 'open'))).toBe('open');
    expect(decidedBy(found({ kind: 'safe-search' }, 'rewritten'))).toBe('open');
  });
});

describe('a name of the national list', () => {
  it.each(LANGS)('is not repeated, and can be contested (%s)', (lang) => {
    const html = render(<BlockedPage by="national" found={national} device="abcdefghijkl" asked={false} />, { lang });
    expect(html).not.toContain('listed.example');
    expect(html).toContain(`href="/${lang}/blocked/appeal"`);
    expect(html).not.toContain('<form');
  });
});

describe('a name that a family closed', () => {
  it('can be asked for where the device is known, and stands in no link', () => {
    const page = (device: string | undefined) =>
      render(<BlockedPage by="family" found={found({ kind: 'deny' })} device={device} asked={false} />, { lang: 'fr' });
    expect(page('abcdefghijkl')).toContain('action="/fr/blocked/ask"');
    expect(page(undefined)).not.toContain('<form');
    expect(page('abcdefghijkl')).not.toMatch(/href="[^"]*listed\.example/);
  });
});
