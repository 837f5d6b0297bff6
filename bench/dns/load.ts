import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nameFromText } from '../../packages/dns-table/index.ts';
import { type Lane, openLane } from '../../packages/udp-batch/index.ts';

/**
 * Asks as fast as a server answers: so many questions are always on their way, each answer brings the next question. What stays
 * unanswered for a while is asked anew. All questions carry OPT. Prints what came back as JSON.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '53' },
    queries: { type: 'string', default: '' },
    seconds: { type: 'string', default: '2' },
    /** Ends earlier when so many have come. */
    answers: { type: 'string', default: '1e9' },
    sockets: { type: 'string', default: '8' },
    each: { type: 'string', default: '32' },
    /** Where in the file to begin. */
    from: { type: 'string', default: '0' },
  },
});
const to = { address: '127.0.0.1', port: Number(values.port) };
const sockets = Number(values.sockets);
const each = Number(values.each);
const names = readFileSync(values.queries, 'utf8').trimEnd().split('\n');
const packets = new Uint8Array(names.length * 80);
const starts = new Uint32Array(names.length + 1);
const HEAD = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
const TAIL = [0, 1, 0, 1, 0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];
let at = 0;
for (const [i, line] of names.entries()) {
  packets.set(HEAD, at);
  const name = nameFromText(line.split(' ', 1)[0] as string);
  packets.set(name, at + HEAD.length);
  packets.set(TAIL, at + HEAD.length + name.length);
  at += HEAD.length + name.length + TAIL.length;
  starts[i + 1] = at;
}

let next = Number(values.from) % names.length;
let stopped = false;
let tick = 0;
const rcodes = new Uint32Array(16);
let answers = 0;
let bytes = 0;
let strays = 0;
let again = 0;

/** Writes the next question with this number. */
function write(id: number, out: Uint8Array): number {
  const from = starts[next] as number;
  const end = starts[next + 1] as number;
  for (let i = from; i < end; i++) out[i - from] = packets[i] as number;
  out[0] = id >> 8;
  out[1] = id;
  next = next + 1 === names.length ? 0 : next + 1;
  return end - from;
}

const lanes: Lane[] = [];
const sent: Int32Array[] = [];
for (let s = 0; s < sockets; s++) {
  /** When each question was sent, in ticks. */
  const when = new Int32Array(each);
  sent.push(when);
  const lane = await openLane({ address: '127.0.0.1', port: 0, bytes: 2048 }, ({ packet, length, out }) => {
    const id = ((packet[0] as number) << 8) | (packet[1] as number);
    if (length < 12 || id >= each) {
      strays += 1;
      return 0;
    }
    answers += 1;
    bytes += length;
    const rcode = (packet[3] as number) & 15;
    rcodes[rcode] = (rcodes[rcode] as number) + 1;
    if (stopped) return 0;
    when[id] = tick;
    return write(id, out);
  });
  lanes.push(lane);
}
const packet = new Uint8Array(2048);
const ask = (lane: Lane, id: number) => lane.send(packet.subarray(0, write(id, packet)), to);
const began = performance.now();
for (const lane of lanes) for (let id = 0; id < each; id++) ask(lane, id);
const timer = setInterval(() => {
  tick += 1;
  for (const [s, when] of sent.entries()) {
    for (let id = 0; id < each; id++) {
      if (tick - (when[id] as number) < 6) continue;
      when[id] = tick;
      again += 1;
      ask(lanes[s] as Lane, id);
    }
  }
}, 50);
const most = Number(values.answers);
const until = began + 1000 * Number(values.seconds);
while (answers < most && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
stopped = true;
clearInterval(timer);
const seconds = (performance.now() - began) / 1000;
await new Promise((resolve) => setTimeout(resolve, 100));
await Promise.all(lanes.map((lane) => lane.close()));
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    answers,
    rate: Math.round(answers / seconds),
    size: Math.round(bytes / Math.max(1, answers)),
    noerror: rcodes[0],
    nxdomain: rcodes[3],
    other: answers - (rcodes[0] as number) - (rcodes[3] as number),
    again,
    strays,
    kind: lanes[0]?.kind,
    cpu: (user + system) / 1e6,
  }),
);
