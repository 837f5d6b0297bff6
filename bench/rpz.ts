import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';
import { type Policy, Primary, Zone } from '../packages/rpz/index.ts';
import { buildQuery, framed } from '../packages/rpz/testing/client.ts';
import { machine, table } from './measure.ts';

/*
 * What a large zone costs our primary: to build, to encode, to send, and to change by one name. See README.md.
 */

const { values: flags } = parseArgs({
  options: { rules: { type: 'string', default: '1000000' }, readers: { type: 'string', default: '4' } },
});
const RULES = Number(flags.rules);
const READERS = Number(flags.readers);
const NX: Policy = { kind: 'nxdomain' };

const rows: string[][] = [['', 'took', 'processor', '']];
const timed = async <T>(
  what: string,
  work: () => Promise<T> | T,
  more: (result: T) => string = () => '',
): Promise<T> => {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  rows.push([what, shown(ms), shown((user + system) / 1000), more(result)]);
  return result;
};

const shown = (ms: number) => (ms < 100 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`);

/** Names like those of real lists: 15 letters on average, half a dozen endings, some below others. */
function name(i: number): string {
  const mixed = Math.imul(i + 1, 2_654_435_761) >>> 0;
  const ending = ['com', 'net', 'org', 'info', 'site', 'xyz'][mixed % 6];
  return `${mixed % 9 === 0 ? 'www2.' : ''}${mixed.toString(36)}${(i % 1000).toString(36)}.${ending}`;
}

const keys = Array.from({ length: READERS }, (_, i) => ({
  name: `key-${i}`,
  algorithm: 'hmac-sha256' as const,
  secret: Buffer.alloc(32, i + 1).toString('base64'),
  since: 0,
}));
const zone = await Zone.open({ origin: 'base.rpz.example' });
await timed(`apply ${RULES} rules`, () =>
  zone.apply({ add: Array.from({ length: RULES }, (_, i) => ({ name: name(i), policy: NX })) }, 1),
);
const encode = () => {
  let [messages, bytes] = [0, 0];
  for (const { body } of zone.axfr().chunks) {
    messages += 1;
    bytes += body.length;
  }
  return { messages, bytes };
};
const figures = ({ messages, bytes }: { messages: number; bytes: number }) =>
  `${(bytes / 1e6).toFixed(1)} MB, ${messages} messages, ${(bytes / zone.size).toFixed(1)} bytes a rule`;
await timed('encode, the first time', encode, figures);
await timed('encode, again', encode, figures);

const primary = await Primary.start({
  listen: { address: '127.0.0.1', port: 0 },
  zones: [zone],
  secondaries: keys.map((key) => ({ id: key.name, zones: ['base.rpz.example'], keys: [key] })),
});
/** Reads to the end without a look at it: what is measured is our side. */
async function read(key: (typeof keys)[number]): Promise<void> {
  const socket = net.connect(primary.port, '127.0.0.1').resume();
  socket.write(framed(buildQuery({ name: 'base.rpz.example', type: 'AXFR', key }).bytes));
  for (;;) {
    const [done] = (await once(primary, 'transfer')) as [{ secondary: string }];
    if (done.secondary === key.name) break;
  }
  socket.destroy();
}
await timed('AXFR, signed, one reader', () => read(keys[0] as (typeof keys)[number]));
await timed(`AXFR, signed, ${READERS} readers at once`, () => Promise.all(keys.map(read)));
await timed('apply one name', () => zone.apply({ add: [{ name: 'sudden.example', policy: NX }] }, 2));
await timed('IXFR of it', () => [...zone.ixfr(1).chunks].length);
await timed('encode, after that', encode, figures);
await primary.close();
await zone.close();
console.log(machine());
console.log(table(rows));
console.log(`resident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB, the list of names to apply included`);
