// Runs everything that must hold before a change lands, and ends with one line: "N passed, N failed".
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const long = process.argv.includes('--long');
const only = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const bin = (name) => path.join('node_modules/.bin', name);
const results = { passed: 0, failed: 0, skipped: 0 };
/** What failed, said again at the end: a long output hides it. */
const failures = [];

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** One static check counts as one test. */
async function check(name, command, args, accept = (code) => code === 0) {
  const began = Date.now();
  const { code, output } = await run(command, args);
  const ok = accept(code, output);
  results[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  if (!ok) {
    failures.push(name);
    console.log(output.split('\n').slice(-80).join('\n'));
  }
}

/** dependency-cruiser answers "no violations (0 modules)" when it can't read TypeScript: so the count is checked too. */
function cruisedEnough(code, output) {
  const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  return code === 0 && modules >= 150;
}

const briefly = (text) => text.split('\n').slice(0, 12).join('\n');

async function vitest(filters, ...options) {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-vitest-'));
  const file = path.join(dir, 'result.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...options, ...filters];
  const failedBefore = results.failed;
  const code = await new Promise((resolve) => {
    const child = spawn(bin('vitest'), args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...(long ? { SALAMA_LONG: '1' } : {}) },
    });
    child.on('close', (c) => resolve(c ?? 1));
  });
  if (existsSync(file)) {
    const r = JSON.parse(readFileSync(file, 'utf8'));
    results.passed += r.numPassedTests;
    results.failed += r.numFailedTests;
    results.skipped += r.numPendingTests + r.numTodoTests;
    for (const file of r.testResults) {
      const name = path.relative('.', file.name);
      for (const t of file.assertionResults)
        if (t.status === 'failed') failures.push(`${name}: ${t.fullName}\n${briefly(t.failureMessages.join('\n'))}`);
      // A file that does not even load has no tests to count.
      if (file.status !== 'failed' || file.assertionResults.length > 0) continue;
      results.failed += 1;
      failures.push(`${name}\n${briefly(file.message)}`);
    }
  }
  // An error outside any test, or a run that wrote no result, fails too.
  if (code !== 0 && results.failed === failedBefore) {
    results.failed += 1;
    failures.push(`vitest ${filters.join(' ')} ended with ${code}`);
  }
  rmSync(dir, { recursive: true, force: true });
}

if (only.length === 0) {
  // The compiler keeps one core busy, the others share the second.
  const types = check('types', bin('tsc'), ['--noEmit', '-p', '.']);
  await check('biome', bin('biome'), ['check', '--error-on-warnings', '.']);
  await check('knip', bin('knip'), []);
  await check(
    'module boundaries',
    bin('depcruise'),
    ['--config', '.dependency-cruiser.cjs', 'src', 'packages', 'world'],
    cruisedEnough,
  );
  await check('notices', process.execPath, ['scripts/notices.mjs', '--check']);
  await types;
}
if (only.length > 0) await vitest(only);
else {
  // Three at a time: a good part of the time each waits for the database, for Chromium or for a clock.
  await vitest(
    ['src/', 'packages/', 'world/', 'tests/setup/', 'tests/i18n', 'tests/licence', 'tests/deploy'],
    '--maxWorkers=3',
  );
  // Whole systems: each waits for its browser or for looks that are not due yet most of the time.
  await vitest(['tests/e2e/', 'tests/a11y/'], '--maxWorkers=3');
  // What kills and starts processes, apart from the browsers.
  await vitest(['tests/recovery/', 'tests/interop/'], '--maxWorkers=2');
}
for (const failure of failures) console.log(`\n✗ ${failure}`);
const skipped = results.skipped > 0 ? `, ${results.skipped} skipped` : '';
console.log(`\n${results.passed} passed, ${results.failed} failed${skipped}`);
process.exit(results.failed > 0 ? 1 : 0);
