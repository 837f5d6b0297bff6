import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAssets } from './assets.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'manifest-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('readAssets', () => {
  const file = path.join(dir, 'manifest.json');
  writeFileSync(
    file,
    JSON.stringify({
      'src/platform/ui/styles/app.css': { file: 'app-1.css' },
      'src/modules/x/chart.island.tsx': { file: 'chart.island-2.js', imports: ['_preact.js'] },
      '_preact.js': { file: 'preact-3.js' },
    }),
  );

  it('finds the stylesheet, and an island with what it imports', () => {
    const assets = readAssets(file);
    expect(assets.stylesheet).toBe('/assets/app-1.css');
    expect(assets.script('chart')).toEqual({ src: '/assets/chart.island-2.js', preload: ['/assets/preact-3.js'] });
  });

  it('refuses an island that nobody wrote', () => {
    expect(() => readAssets(file).script('chrat')).toThrow('no island chrat');
  });

  it('has nothing before the first build', () => {
    const assets = readAssets(path.join(dir, 'missing.json'));
    expect([assets.stylesheet, assets.script('chart')]).toEqual([undefined, undefined]);
  });
});
