import dgram from 'node:dgram';
import net, { type AddressInfo } from 'node:net';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import type { Client, Policy, Question, Verdict } from '../policy.ts';
import { nameFromText } from '../wire/name.ts';

/** What the tests of the proxy share: questions, a policy by words, and an upstream that does as it is told. */

export const FORWARD: Verdict = { kind: 'forward', follow: true, withoutEch: false };
export const NO_ECH: Verdict = { kind: 'forward', follow: true, withoutEch: true };
export const BLOCK: Extract<Verdict, { kind: 'block' }> = {
  kind: 'block',
  answer: 'nxdomain',
  ede: 17,
  text: 'family',
  structured: { c: ['https://dns.example/why'], j: 'The family has closed this.', s: 1, o: 'e-Salama' },
  ttl: 5,
};
export const FORGE: Verdict = { ...BLOCK, answer: { a: '192.0.2.80', aaaa: '2001:db8::80' } };
export const REWRITE: Verdict = { kind: 'rewrite', target: nameFromText('safe.example'), ede: 4, ttl: 60 };

export function text({ packet, name }: Question): string {
  const labels: string[] = [];
  for (let at = name; packet[at] !== 0; at += (packet[at] as number) + 1) {
    labels.push(Buffer.from(packet.subarray(at + 1, at + 1 + (packet[at] as number))).toString('latin1'));
  }
  return labels.join('.').toLowerCase();
}

/** A policy that decides by the first word of the name, and remembers what it was told. */
export function byWord(
  words: Record<string, Verdict>,
): Policy & { seen: string[]; noted(q: Question, v: Verdict): void } {
  const seen: string[] = [];
  return {
    seen,
    decide: (question) => words[text(question).split('.')[0] as string] ?? FORWARD,
    noted: (question, verdict) => {
      seen.push(`${verdict.kind} ${text(question)}`);
    },
  };
}

export const UDP: Client = { transport: 'udp', address: '192.0.2.1', id: undefined };
export const TCP: Client = { ...UDP, transport: 'tcp' };
export const DOT: Client = { ...UDP, transport: 'dot' };

export interface Ask {
  id?: number;
  type?: number;
  class?: number;
  /** Recursion desired, by default. */
  flags?: number;
  edns?: boolean;
  payload?: number;
  version?: number;
  dnssecOk?: boolean;
  /** Code and data of each. */
  options?: [number, Uint8Array][];
}

const u16 = (n: number) => [(n >> 8) & 0xff, n & 0xff];

export function ask(name: string, a: Ask = {}): Buffer {
  const { id = 0x1234, type = 1, flags = 0x0100, payload = 1232, version = 0, dnssecOk = false, options = [] } = a;
  const edns = a.edns ?? true;
  const data = options.flatMap(([code, bytes]) => [...u16(code), ...u16(bytes.length), ...bytes]);
  const opt = [0, 0, 41, ...u16(payload), 0, version, dnssecOk ? 0x80 : 0, 0, ...u16(data.length), ...data];
  const wire = name === '' ? [0] : name.split('.').flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  return Buffer.from([
    ...u16(id),
    ...u16(flags),
    ...u16(1),
    ...u16(0),
    ...u16(0),
    ...u16(edns ? 1 : 0),
    ...wire,
    ...(name === '' ? [] : [0]),
    ...u16(type),
    ...u16(a.class ?? 1),
    ...(edns ? opt : []),
  ]);
}

export interface Read extends Packet {
  rcode: string;
  flag_tc: boolean;
  flag_ad: boolean;
  flag_ra: boolean;
  answers: Answer[];
  authorities: Answer[];
  additionals: Answer[];
}

export const read = (bytes: Uint8Array): Read => decode(Buffer.from(bytes)) as unknown as Read;

/** Options of the OPT record, by code. */
export function options(message: Read): Map<number, Buffer> {
  const opt = message.additionals.find((a) => a.type === 'OPT') as
    | { options?: { code: number; data: Buffer }[] }
    | undefined;
  return new Map((opt?.options ?? []).map((o) => [o.code, o.data]));
}

export type Respond = (
  question: { name: string; type: string },
  over: 'udp' | 'tcp',
  raw: Buffer,
) => Partial<Packet> | Buffer | undefined;

/** An upstream on loopback, UDP and TCP; `respond` may say nothing, a message, or bytes as they are. */
export async function startUpstream(respond: Respond) {
  const asked: string[] = [];
  const answer = (raw: Buffer, over: 'udp' | 'tcp'): Buffer | undefined => {
    const query = decode(raw);
    const question = query.questions?.[0] as { name: string; type: string };
    asked.push(`${over} ${question.name.toLowerCase()} ${question.type}`);
    const made = respond({ ...question, name: question.name.toLowerCase() }, over, raw);
    if (made === undefined || Buffer.isBuffer(made)) return made as Buffer | undefined;
    return encode({
      type: 'response',
      id: query.id ?? 0,
      flags: 0x0180,
      questions: query.questions ?? [],
      ...made,
    } as Packet);
  };
  const tcp = net.createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data as Buffer]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0);
        const out = answer(pending.subarray(2, 2 + length), 'tcp');
        if (out) socket.write(Buffer.from([...u16(out.length), ...out]));
        pending = pending.subarray(2 + length);
      }
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = dgram.createSocket('udp4');
  const from = new Set<number>();
  udp.on('message', (raw, client) => {
    from.add(client.port);
    const out = answer(raw, 'udp');
    if (out) udp.send(out, client.port, client.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port,
    asked,
    /** Source ports that questions came from. */
    from,
    stop: async () => {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      tcp.close();
    },
  };
}

export const a = (name: string, data = '192.0.2.7', ttl = 300): Answer => ({ type: 'A', name, ttl, data });
export const cname = (name: string, data: string, ttl = 300): Answer => ({ type: 'CNAME', name, ttl, data });
export const soa = (name: string, minimum = 60, ttl = 300): Answer => ({
  type: 'SOA',
  name,
  ttl,
  data: { mname: `ns.${name}`, rname: `hostmaster.${name}`, serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});

/** One question over UDP; undefined without an answer in time. */
export async function askUdp(port: number, bytes: Buffer, ms = 3000): Promise<Buffer | undefined> {
  const socket = dgram.createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ms);
      socket.on('error', () => {});
      socket.once('message', (message) => {
        clearTimeout(timer);
        resolve(message);
      });
      socket.send(bytes, port, '127.0.0.1');
    });
  } finally {
    socket.close();
  }
}
