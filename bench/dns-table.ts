import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  categoryMask,
  DnsTableBuilder,
  nameFromText,
  openSnapshot,
  type Rule,
  TablePublisher,
  TableReader,
  writeSnapshot,
} from '../packages/dns-table/index.ts';
import { machine } from './measure.ts';

// What a table of DNS rules costs: memory a rule, time to build, write and load it, time a look-up, time until a change counts.

const { values } = parseArgs({
  options: { rules: { type: 'string', default: '1000000,10000000' }, lookups: { type: 'string', default: '2000000' } },
});
const BYTES = 8;
const BUILD_MS_A_MILLION = 1_200;

const LISTED = 0x6c;
const UNLISTED = 0x75;
const TLDS = ['com', 'net', 'org', 'ma', 'info', 'xyz', 'co.uk', 'online'];

/** A number that looks like chance and is the same in every run. */
function mixed(i: number): number {
  let t = Math.imul(i ^ (i >>> 16) ^ 0x9e3779b9, 0x21f0aaad);
  t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
  return (t ^ (t >>> 15)) >>> 0;
}

const suffixes = TLDS.map((t) => nameFromText(t));

/** Writes `[www.]<letter><number as six letters><up to seven letters>.<tld>` to the wire; returns where it ends. */
function domain(out: Uint8Array, at: number, letter: number, number: number, www: boolean): number {
  const chance = mixed(number);
  let end = at;
  if (www) for (const b of [3, 119, 119, 119]) out[end++] = b;
  const length = end++;
  out[end++] = letter;
  for (let n = 0, rest = number; n < 6; n++, rest = Math.floor(rest / 26)) out[end++] = 97 + (rest % 26);
  for (let n = chance & 7; n > 0; n--) out[end++] = 97 + ((chance >>> (3 * n)) & 15);
  out[length] = end - length - 1;
  const suffix = suffixes[chance >>> 29] as Uint8Array;
  out.set(suffix, end);
  return end + suffix.length;
}

/** Wire names one behind the other, and where each begins. */
interface Names {
  readonly bytes: Uint8Array;
  readonly at: Uint32Array;
}

function names(count: number, letter: number, number: (n: number) => number, www: (n: number) => boolean): Names {
  const bytes = new Uint8Array(count * 30);
  const at = new Uint32Array(count);
  for (let n = 0, end = 0; n < count; n++) {
    at[n] = end;
    end = domain(bytes, end, letter, number(n), www(n));
  }
  return { bytes, at };
}

/** Questions about names of that letter, every other one with `www.` in front. */
const queries = (count: number, rules: number, letter: number, salt: number) =>
  names(
    count,
    letter,
    (n) => mixed(n + salt) % rules,
    (n) => (n & 1) === 1,
  );

function timed<T>(run: () => T): { ms: number; result: T } {
  const began = performance.now();
  const result = run();
  return { ms: performance.now() - began, result };
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const folder = mkdtempSync(join(tmpdir(), 'bench-dns-table-'));
let missed = false;
console.log(machine(), 'load', loadavg()[0]?.toFixed(1));
try {
  for (const rules of values.rules.split(',').map(Number)) bench(rules, Number(values.lookups));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;

function bench(rules: number, lookups: number): void {
  const rule: Rule = { action: 'block', scope: 'subtree', category: 3 };
  const listed = names(
    rules,
    LISTED,
    (n) => n,
    () => false,
  );
  const builder = new DnsTableBuilder(rules);
  const collect = timed(() => {
    for (let i = 0; i < rules; i++) builder.addWire(listed.bytes, listed.at[i] as number, rule);
  });
  const build = timed(() => builder.build());
  const path = join(folder, 'table');
  const write = timed(() => writeSnapshot(path, build.result));
  const load = timed(() => openSnapshot(path));
  const snapshot = load.result;
  const kept = snapshot.header.rules;
  const bytes = snapshot.memory.byteLength / kept;
  const disk = statSync(path).size / kept;
  const ms = collect.ms + build.ms;
  console.log(`\n${rules} rules (${kept} different)`);
  console.log(
    `  memory     ${bytes.toFixed(2)} bytes/rule, ${megabytes(snapshot.memory.byteLength)} MB; disk ${disk.toFixed(1)}`,
  );
  console.log(`  build      ${ms.toFixed(0)} ms (names in ${collect.ms.toFixed(0)}, table ${build.ms.toFixed(0)})`);
  console.log(
    `  snapshot   written and flushed in ${write.ms.toFixed(0)} ms, loaded and checked in ${load.ms.toFixed(0)} ms`,
  );
  const publisher = new TablePublisher(snapshot);
  const reader = new TableReader(publisher.connect());
  const mask = categoryMask([1, 3, 9]);
  const misses = queries(lookups, rules, UNLISTED, 1e6);
  const hits = queries(lookups, rules, LISTED, 2e7);
  // The names asked for most, over and over: what a resolver sees of a list.
  const popular = queries(10_000, rules, LISTED, 3e7);
  run('unlisted', misses, 0);
  run('listed, hash only', hits, lookups, true);
  run('listed, any', hits, lookups);
  run('listed, 10^4 popular', popular, popular.at.length);
  // A change and the first look-up that sees it.
  const took: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const fresh = nameFromText(`new${i}.hot.example`);
    const began = performance.now();
    publisher.apply([{ op: 'add', name: fresh, rule }]);
    if (reader.lookup(fresh)?.action !== 'block') missed = true;
    took.push((performance.now() - began) * 1000);
  }
  took.sort((a, b) => a - b);
  console.log(`  change     counts after ${took[1000]?.toFixed(0)} us (median), ${took[1980]?.toFixed(0)} us (p99)`);
  run('unlisted, overlay of 2000', misses, 0);
  const rss = process.memoryUsage();
  console.log(`  process    ${megabytes(rss.rss)} MB with the builder, collisions met ${reader.refuted}`);
  if (bytes > BYTES || (rules === 1e6 && ms > BUILD_MS_A_MILLION)) missed = true;
  publisher.close();

  function run(what: string, { bytes, at }: Names, expected: number, hash = false) {
    const rounds = Math.max(1, Math.round(lookups / at.length));
    for (let i = 0; i < Math.min(at.length, 20_000); i++) reader.lookup(bytes, at[i] as number, mask);
    const reads = reader.reads;
    let found = 0;
    const cpu = process.cpuUsage();
    const { ms } = timed(() => {
      for (let r = 0; r < rounds; r++) {
        for (let i = 0; i < at.length; i++) {
          if (hash) found += reader.count(bytes, at[i] as number, mask) > 0 ? 1 : 0;
          else if (reader.lookup(bytes, at[i] as number, mask)) found++;
        }
      }
    });
    const used = process.cpuUsage(cpu);
    if (found !== expected * rounds) missed = true;
    const n = rounds * at.length;
    const perCpu = n / ((used.user + used.system) / 1e6);
    console.log(
      `  ${what.padEnd(26)} ${((1000 * ms) / n).toFixed(2)} us, ${(perCpu / 1e6).toFixed(2)} M a CPU-second, ` +
        `${((reader.reads - reads) / n).toFixed(2)} reads each, found ${found} of ${n}`,
    );
  }
}
