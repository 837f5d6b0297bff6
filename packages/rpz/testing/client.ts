import dgram from 'node:dgram';
import net from 'node:net';
import type { KeySettings } from '../tsig/key.ts';
import { tsigKey } from '../tsig/key.ts';
import { Signer, verify } from '../tsig/tsig.ts';
import { CLASS, OPCODE, TYPE } from '../wire/codes.ts';
import { type Message, type ResourceRecord, readMessage, writeMessage } from '../wire/message.ts';
import { canonicalName } from '../wire/name.ts';

/** What a secondary asks with; for tests and benchmarks. */
export interface Ask {
  name: string;
  type: keyof typeof TYPE;
  /** Serial of an IXFR. */
  serial?: number;
  key?: KeySettings;
  /** Seconds that the sender's clock is ahead. */
  skew?: number;
  edns?: boolean;
  id?: number;
}

export interface Built {
  bytes: Buffer;
  mac?: Buffer;
}

const FLAGS = {
  response: false,
  opcode: OPCODE.QUERY,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  rcode: 0,
};

export function buildQuery({ name, type, serial, key, skew = 0, edns = false, id = 4711 }: Ask): Built {
  const owner = canonicalName(name);
  const soa = { mname: '.', rname: '.', serial: serial ?? 0, refresh: 0, retry: 0, expire: 0, minimum: 0 };
  const authority: ResourceRecord[] =
    type === 'IXFR' ? [{ name: owner, type: TYPE.SOA, class: CLASS.IN, ttl: 0, data: { type: 'SOA', soa } }] : [];
  const additional: ResourceRecord[] = edns
    ? [{ name: '.', type: TYPE.OPT, class: 1232, ttl: 0, data: { type: 'OPT', options: [] } }]
    : [];
  const bytes = writeMessage({
    header: { ...FLAGS, id },
    questions: [{ name: owner, type: TYPE[type], class: CLASS.IN }],
    answers: [],
    authority,
    additional,
  });
  return key ? signed(bytes, key, skew) : { bytes };
}

/** A message with a TSIG record behind it. */
export function signed(bytes: Buffer, key: KeySettings, skew = 0): Built {
  const signer = new Signer(tsigKey(key), undefined, () => Math.floor(Date.now() / 1000) + skew);
  const record = signer.sign([bytes], bytes.readUInt16BE(0));
  const out = Buffer.concat([bytes, record]);
  out.writeUInt16BE(out.readUInt16BE(10) + 1, 10);
  return { bytes: out, ...(signer.lastMac && { mac: signer.lastMac }) };
}

export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** One question over UDP; undefined when nothing came back. */
export async function askUdp(port: number, bytes: Buffer, waitMs = 1000): Promise<Buffer | undefined> {
  const socket = dgram.createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), waitMs);
      socket.once('message', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.send(bytes, port, '127.0.0.1');
    });
  } finally {
    socket.close();
  }
}

export interface Transferred {
  messages: Message[];
  raw: Buffer[];
  /** Records without TSIG and OPT, in order. */
  records: ResourceRecord[];
}

/**
 * A whole transfer over a connection of one's own. Checks every signature when there is a key.
 * @throws when the server hangs up before the end, or a signature is wrong
 */
export async function transfer(socket: net.Socket, ask: Ask): Promise<Transferred> {
  const query = buildQuery(ask);
  const out: Transferred = { messages: [], raw: [], records: [] };
  let mac = query.mac;
  socket.write(framed(query.bytes));
  let pending: Buffer = Buffer.alloc(0);
  for await (const data of socket) {
    pending = Buffer.concat([pending, data as Buffer]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const raw = pending.subarray(2, 2 + pending.readUInt16BE(0));
      pending = pending.subarray(2 + raw.length);
      const message = readMessage(raw);
      if (ask.key) mac = checkSignature(raw, message, ask.key, mac, out.messages.length === 0);
      out.messages.push(message);
      out.raw.push(raw);
      out.records.push(...message.answers);
      if (message.header.rcode !== 0 || finished(out.records, ask)) return out;
    }
  }
  throw new Error(`the server hung up after ${out.messages.length} messages`);
}

function checkSignature(
  raw: Buffer,
  message: Message,
  settings: KeySettings,
  prior: Buffer | undefined,
  first: boolean,
) {
  const record = message.additional.at(-1);
  if (message.tsigAt === undefined || record?.data.type !== 'TSIG') throw new Error('a message without a signature');
  const key = tsigKey(settings);
  const received = {
    at: message.tsigAt,
    keyName: record.name,
    class: record.class,
    ttl: record.ttl,
    data: record.data.tsig,
  };
  const verdict = verify(raw, received, () => key, Math.floor(Date.now() / 1000), prior, !first);
  if (!verdict.ok) throw new Error(`signature: ${verdict.error}`);
  return verdict.mac;
}

/** AXFR ends with the second SOA; IXFR with the SOA it began with standing where a step would begin, or alone. */
function finished(records: readonly ResourceRecord[], ask: Ask): boolean {
  const serials = records.flatMap((r) => (r.data.type === 'SOA' ? [r.data.soa.serial] : []));
  const last = records.at(-1)?.data.type === 'SOA';
  if (ask.type === 'AXFR') return serials.length === 2 && last;
  if (records.length === 1) return !(ask.serial !== undefined && ask.serial < (serials[0] ?? 0));
  if (records[1]?.data.type !== 'SOA') return serials.length === 2 && last;
  return last && serials.length > 2 && serials.length % 2 === 0 && serials.at(-1) === serials[0];
}

export async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}
