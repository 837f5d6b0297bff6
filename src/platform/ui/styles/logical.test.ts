import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../root.ts';

const SIDE = '(?:left|right)';
const PHYSICAL_CSS = new RegExp(
  [
    `(?:margin|padding|border|inset)-${SIDE}(?:-[a-z]+)?\\s*:`,
    `border-(?:top|bottom)-${SIDE}-radius\\s*:`,
    `(?:^|[;{\\s])${SIDE}\\s*:`,
    `(?:text-align|float|clear)\\s*:\\s*${SIDE}\\b`,
    `background-position[^;]*\\b${SIDE}\\b`,
  ].join('|'),
  'gm',
);
const PHYSICAL_UTILITY = new RegExp(
  `(?:^|[\\s:!-])(?:[mp][lr]|${SIDE}|border-[lr]|rounded-(?:[lr]|[tb][lr])|scroll-[mp][lr])-(?:\\[|\\d|px|auto|full|sm|md|lg|xl)[^\\s]*|(?:^|\\s)(?:text|float|clear)-${SIDE}(?:\\s|$)`,
  'g',
);

function physicalCss(css: string): string[] {
  return css.replace(/\/\*[\s\S]*?\*\//g, '').match(PHYSICAL_CSS) ?? [];
}
function physicalUtilities(source: string): string[] {
  const classes = [...source.matchAll(/\bclass(?:Name)?=(?:"([^"]*)"|\{`([^`]*)`\}|\{'([^']*)'\})/g)];
  return classes.flatMap((m) => (m[1] ?? m[2] ?? m[3] ?? '').match(PHYSICAL_UTILITY) ?? []);
}

describe('only logical directions', () => {
  const root = findRoot();
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

  it('the checks see what they look for', () => {
    for (const css of [
      'a{margin-left:1px}',
      'a{\n  left: 0;}',
      'a{text-align: right}',
      'a{border-top-left-radius:1px}',
      'a{float:left}',
    ])
      expect(physicalCss(css), css).not.toEqual([]);
    for (const css of ['a{margin-inline-start:1px}', 'a{text-align:start}', '/* left: 0 */ a{color:red}'])
      expect(physicalCss(css), css).toEqual([]);
    for (const tsx of ['<a class="ml-2">', '<a class="x text-left">', '<a class="md:pl-4">', '<a class={`left-0`}>'])
      expect(physicalUtilities(tsx), tsx).not.toEqual([]);
    for (const tsx of ['<a class="ms-2 text-start">', '<Icon name="arrow-left" class="icon" />'])
      expect(physicalUtilities(tsx), tsx).toEqual([]);
  });

  it('in stylesheets', () => {
    const files = globSync('src/**/*.css', { cwd: root });
    expect(files.length).toBeGreaterThanOrEqual(9);
    expect(files.flatMap((f) => physicalCss(read(f)).map((found) => `${f}: ${found.trim()}`))).toEqual([]);
  });

  it('in components', () => {
    const files = globSync('src/**/*.tsx', { cwd: root });
    expect(files.length).toBeGreaterThanOrEqual(15);
    expect(files.flatMap((f) => physicalUtilities(read(f)).map((found) => `${f}: ${found.trim()}`))).toEqual([]);
  });
});
