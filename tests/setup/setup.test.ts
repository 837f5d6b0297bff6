import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../scripts/setup/fingerprint.mjs';
import { isInstalled } from '../../scripts/setup/packages.mjs';

const launch = resolve(import.meta.dirname, '../../bin/launch.mjs');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'salama-setup-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function program(text: string): string {
  const file = join(dir, 'program.mjs');
  writeFileSync(file, text);
  return file;
}

describe('launch', () => {
  it('runs the program on Node 24 with its own arguments and exit code', () => {
    const file = program('console.log(JSON.stringify([process.version, process.argv.slice(1)])); process.exit(7);');
    const { status, stdout } = spawnSync(process.execPath, [launch, file, 'a', '--b'], { encoding: 'utf8' });
    const [version, argv] = JSON.parse(stdout);
    expect(version).toMatch(/^v24\./);
    expect(argv).toEqual([file, 'a', '--b']);
    expect(status).toBe(7);
  });

  // The Node that the machine has, if it has one that is not 24.
  const other = spawnSync('bash', ['-c', 'type -ap node'], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .find((node) => node && !spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.startsWith('v24.'));

  it.runIf(other)('starts Node 24 from another one, passes signals on and ends with its code', async () => {
    const file = program(
      `process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log(process.version);`,
    );
    const child = spawn(other ?? '', [launch, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((done) => child.once('exit', done));
    const version = await new Promise((done) => child.stdout.once('data', (chunk: Buffer) => done(chunk.toString())));
    expect(version).toMatch(/^v24\./);
    child.kill('SIGTERM');
    expect(await ended).toBe(5);
  });

  it('says how it is used', () => {
    const { status, stderr } = spawnSync(process.execPath, [launch], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('usage');
  });
});

describe('package-lock.json', () => {
  it('has every platform of every package, without which npm ci refuses it (scripts/complete-lock.mjs adds them)', () => {
    const { packages } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
    };
    const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.length).toBeGreaterThan(50);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  it('names no registry', () => {
    expect(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8')).not.toContain(
      '"resolved": "http',
    );
  });
});

describe('isInstalled', () => {
  const machine = { platform: 'linux', arch: 'x64' };
  const lock = (packages: object) => ({ packages: { '': {}, ...packages } });

  it('holds for the packages of this checkout', () => {
    const root = resolve(import.meta.dirname, '../..');
    const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
    expect(isInstalled(read('package-lock.json'), read('node_modules/.package-lock.json'))).toBe(true);
  });

  it.each([
    ['the same', { a: { version: '1', integrity: 'x' } }, { a: { version: '1', integrity: 'x' } }, true],
    ['another version', { a: { version: '2' } }, { a: { version: '1' } }, false],
    ['another content', { a: { version: '1', integrity: 'x' } }, { a: { version: '1', integrity: 'y' } }, false],
    ['a missing one', { a: { version: '1' } }, {}, false],
    ['a missing optional one for this machine', { a: { optional: true, os: 'linux', cpu: ['x64'] } }, {}, false],
    ['one for another machine', { a: { optional: true, os: ['linux'], cpu: ['arm64'] } }, {}, true],
    ['one for another C library', { a: { optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] } }, {}, true],
    ['one more than asked for', {}, { a: { version: '1' } }, true],
  ])('judges %s', (_, wanted, installed, expected) => {
    expect(isInstalled(lock(wanted), lock(installed), machine)).toBe(expected);
  });
});

describe('fingerprint', () => {
  it('changes with a name, a size or a time, and not with a file that does not count', () => {
    mkdirSync(join(dir, 'src'));
    const file = join(dir, 'src/a.ts');
    writeFileSync(file, '1');
    const counts = (path: string) => !path.endsWith('.test.ts');
    const seen = [fingerprint(dir, ['src', 'gone'], counts)];
    utimesSync(file, 1, 1);
    seen.push(fingerprint(dir, ['src', 'gone'], counts));
    writeFileSync(join(dir, 'src/b.ts'), '2');
    seen.push(fingerprint(dir, ['src', 'gone'], counts));
    writeFileSync(join(dir, 'gone'), '');
    seen.push(fingerprint(dir, ['src', 'gone'], counts));
    expect(new Set(seen).size).toBe(4);
    writeFileSync(join(dir, 'src/a.test.ts'), '3');
    expect(fingerprint(dir, ['src', 'gone'], counts)).toBe(seen[3]);
  });
});
