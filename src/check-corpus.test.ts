import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkCorpus, runCheckCorpus } from './check-corpus.ts';
import { CHECK_STATES, scoreLines } from './modules/takedown/index.ts';
import { findRoot } from './platform/root.ts';

const fixtures = path.join(findRoot(), 'tests/fixtures');
const own = mkdtempSync(path.join(tmpdir(), 'salama-corpus-'));
afterAll(() => rmSync(own, { recursive: true, force: true }));

/** Writes one folder. */
function folder(corpus: string, name: string, files: Record<string, string>): string {
  const dir = path.join(own, corpus);
  mkdirSync(path.join(dir, name), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(dir, name, file), text);
  return dir;
}
const spec = (over: object) =>
  JSON.stringify({ url: 'https://a-site.example/x', expect: 'gone-http', lang: 'en', why: 'a test', ...over });

describe('check-corpus', () => {
  it.each([
    ['takedown-corpus', 0.98],
    ['takedown-holdout', 0.98],
    ['takedown-unseen', 0.97],
  ])('reaches the aim on %s', { timeout: 120_000 }, async (name, aim) => {
    const { score, faults } = await checkCorpus(path.join(fixtures, name));
    expect(faults).toEqual([]);
    expect(score.cases).toBeGreaterThanOrEqual(50);
    expect(score.falseGone, scoreLines(score).join('\n')).toBe(0);
    expect(score.share, scoreLines(score).join('\n')).toBeGreaterThanOrEqual(aim);
    if (name === 'takedown-corpus') expect([...score.confusion.keys()].toSorted()).toEqual(CHECK_STATES.toSorted());
  });

  it('takes a folder of two files, prints each miss with its reasons and fails', async () => {
    folder('misses', 'gone', { 'case.json': spec({ now: { status: 404 } }) });
    const dir = folder('misses', 'wrong', { 'case.json': spec({ expect: 'up-same', now: { status: 410 } }) });
    const lines: string[] = [];
    expect(await runCheckCorpus(dir, (line) => lines.push(line))).toBe(1);
    const text = lines.join('\n');
    expect(text).toContain('MISS wrong (en, from rabat): gone-http, expected up-same FALSE GONE');
    expect(text).toContain('http-410');
    expect(text).toContain('score 0.5000 (1 of 2 cases), false "gone": 2');
  });

  it('passes when all is right', async () => {
    folder('fine', 'a', { 'case.json': spec({ now: { status: 404 } }) });
    const dir = folder('fine', 'b', {
      'case.json': spec({ expect: 'soft-404' }),
      'now.html': '<title>Page not found</title>',
    });
    expect(await runCheckCorpus(dir, () => {})).toBe(0);
  });

  it.each([
    ['no case.json', { 'now.html': 'x' }, 'has no case.json'],
    ['broken JSON', { 'case.json': '{' }, 'is not JSON'],
    [
      'an unknown state',
      { 'case.json': spec({ expect: 'gone' }), 'now.html': 'x' },
      'expects "gone"; a state is one of',
    ],
    ['an unknown word', { 'case.json': spec({ after: {} }), 'now.html': 'x' }, 'after'],
    ['nothing served', { 'case.json': spec({}) }, 'says nothing of what is served now'],
    ['a body that is not there', { 'case.json': spec({ now: { file: 'no.html' } }) }, 'names the body file no.html'],
    ['a body outside', { 'case.json': spec({ now: { file: '../../x' } }) }, 'which is not in the folder'],
  ])('says what is wrong with a folder: %s', async (name, files, message) => {
    const dir = folder(`bad-${name.replaceAll(/\W/g, '')}`, 'one', files);
    const lines: string[] = [];
    expect(await runCheckCorpus(dir, (line) => lines.push(line))).toBe(1);
    expect(lines.find((line) => line.startsWith('BAD  one'))).toContain(message);
  });

  it('says so when there is no folder, or nothing in it', async () => {
    expect((await checkCorpus(path.join(own, 'nowhere'))).faults).toEqual([expect.stringContaining('is no folder')]);
    mkdirSync(path.join(own, 'empty'));
    expect((await checkCorpus(path.join(own, 'empty'))).faults).toEqual([expect.stringContaining('holds no case')]);
  });
});
