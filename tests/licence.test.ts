import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../src/platform/root.ts';

const read = (file: string) => readFileSync(path.join(findRoot(), file), 'utf8');

/** Headings as the Official Journal prints them (OJ L 128, 19.5.2017, p. 59). */
const ARTICLES = [
  'Definitions',
  'Scope of the rights granted by the Licence',
  'Communication of the Source Code',
  'Limitations on copyright',
  'Obligations of the Licensee',
  'Chain of Authorship',
  'Disclaimer of Warranty',
  'Disclaimer of Liability',
  'Additional agreements',
  'Acceptance of the Licence',
  'Information to the public',
  'Termination of the Licence',
  'Miscellaneous',
  'Jurisdiction',
  'Applicable Law',
];

describe('the licence', () => {
  it('is in LICENSE in full: fifteen articles and the appendix', () => {
    const text = read('LICENSE');
    expect(text).toMatch(/^\s*EUROPEAN UNION PUBLIC LICENCE v\. 1\.2\n\s*EUPL © the European Union 2007, 2016\n/);
    const headings = [...text.matchAll(/^(\d+)\.\s*(.+)$/gm)].map((m) => [Number(m[1]), m[2]]);
    expect(headings).toEqual(ARTICLES.map((title, i) => [i + 1, title]));
    expect(text).toMatch(/\n\s*Appendix\n/);
    expect(text.trimEnd()).toMatch(
      /other changes or additions to this Appendix require the production of a new EUPL version\.$/,
    );
    expect(text.split(/\s+/).length).toBeGreaterThan(2_000);
  });

  it('has one name everywhere', () => {
    expect(JSON.parse(read('package.json')).license).toBe('EUPL-1.2');
    expect(JSON.parse(read('package-lock.json')).packages[''].license).toBe('EUPL-1.2');
    expect(JSON.parse(read('sbom.cdx.json')).metadata.component.licenses).toEqual([{ license: { id: 'EUPL-1.2' } }]);
    for (const file of ['README.md', 'THIRD-PARTY-NOTICES.md'])
      expect(read(file), file).toMatch(/licensed under the EUPL,\s+version\s+1\.2\s+only/i);
  });
});
