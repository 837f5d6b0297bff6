import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { decode, encode, TRUNCATED_RESPONSE } from 'dns-packet';
import { answerQuestion, objection, RCODE, type ReadPacket, reply, udpLimit, type Verdict } from './dns-answer.ts';
import { close, errorCode, listen } from './listen.ts';
import { type Zone, type ZoneRecord, zoneOf } from './zones.ts';

export type DnsFault = 'servfail' | 'drop';

export interface LoggedQuery {
  time: Date;
  name: string;
  type: string;
  transport: 'udp' | 'tcp';
}

/** A running name server and the means to change what it says. */
export interface NameServer {
  port: number;
  queries: LoggedQuery[];
  /** Replaces the records of one type at a name; an empty list takes them away. */
  set(name: string, type: ZoneRecord['type'], records: readonly ZoneRecord[]): void;
  /** Lets a registered domain or a host lapse: from now on it and all below it are NXDOMAIN. */
  withdraw(name: string): void;
  /** Makes the server fail for a name, or `null` to heal it. */
  fault(name: string, fault: DnsFault | null): void;
  stop(): Promise<void>;
}

const LOG_LIMIT = 10_000;
const HEADER_OCTETS = 12;
const TCP_IDLE_MS = 5_000;
const HOST = '127.0.0.1';

function bindUdp(socket: UdpSocket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ port, address: HOST, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

/** UDP and TCP on the same port number; when the system's choice is taken on the other side, another is made. */
async function bindBoth(tcp: Server, newUdp: () => UdpSocket, port: number): Promise<{ port: number; udp: UdpSocket }> {
  for (let attempt = 1; ; attempt++) {
    const chosen = await listen(tcp, port, HOST);
    const udp = newUdp();
    try {
      await bindUdp(udp, chosen);
      return { port: chosen, udp };
    } catch (error) {
      udp.close();
      await close(tcp);
      if (port !== 0 || attempt === 20 || errorCode(error) !== 'EADDRINUSE') throw error;
    }
  }
}

function readQuery(message: Buffer): ReadPacket | null {
  if (message.length < HEADER_OCTETS) return null;
  try {
    const packet = decode(message) as ReadPacket;
    return packet.type === 'query' ? packet : null;
  } catch {
    return null;
  }
}

/** The header of a query that could not be read, sent back with FORMERR, as RFC 1035 asks. */
function formatError(message: Buffer): Buffer | null {
  const isResponse = ((message[2] ?? 0x80) & 0x80) !== 0;
  if (message.length < HEADER_OCTETS || isResponse) return null;
  const header = Buffer.alloc(HEADER_OCTETS);
  message.copy(header, 0, 0, 2);
  header[2] = 0x80;
  header[3] = RCODE.FORMERR;
  return header;
}

export async function startNameServer(options: { zones: Zone[]; port: number; now(): Date }): Promise<NameServer> {
  const { zones } = options;
  const faults = new Map<string, DnsFault>();
  const queries: LoggedQuery[] = [];
  const sockets = new Set<Socket>();

  /** The bytes to send back, or `null` to stay silent. */
  function handle(message: Buffer, transport: 'udp' | 'tcp'): Buffer | null {
    const query = readQuery(message);
    if (!query) return formatError(message);
    const refused = objection(query);
    const none: Verdict = { rcode: refused ?? 'SERVFAIL', authoritative: false, answers: [], authorities: [] };
    if (refused) return encode(reply(query, none));
    const question = query.questions?.[0];
    if (!question) return null;
    queries.push({ time: options.now(), name: question.name, type: question.type, transport });
    if (queries.length > LOG_LIMIT) queries.shift();
    const fault = faults.get(question.name.toLowerCase());
    if (fault === 'drop') return null;
    const packet = reply(query, fault === 'servfail' ? none : answerQuestion(zones, question));
    const bytes = encode(packet);
    if (transport === 'tcp' || bytes.length <= udpLimit(query)) return bytes;
    return encode({ ...packet, flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE, answers: [], authorities: [] });
  }

  const tcp = createServer((socket) => {
    let pending = Buffer.alloc(0);
    sockets.add(socket);
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data: Buffer) => {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const answer = handle(pending.subarray(2, end), 'tcp');
        pending = pending.subarray(end);
        if (!answer) continue;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  });
  const { port, udp } = await bindBoth(tcp, () => createSocket('udp4'), options.port);
  udp.on('message', (message, from) => {
    const answer = handle(message, 'udp');
    if (answer) udp.send(answer, from.port, from.address);
  });

  const recordsAt = (name: string) => {
    const home = zoneOf(zones, name);
    if (!home) throw new Error(`no zone for ${name}`);
    return { home, records: home.names.get(name) ?? [] };
  };

  return {
    port,
    queries,
    set(name, type, records) {
      const { home, records: before } = recordsAt(name);
      home.names.set(name, [...before.filter((r) => r.type !== type), ...records]);
    },
    withdraw(name) {
      const gone = (n: string) => n === name || n.endsWith(`.${name}`);
      for (let i = zones.length - 1; i >= 0; i--) {
        const z = zones[i];
        if (!z) continue;
        if (gone(z.apex)) zones.splice(i, 1);
        else for (const n of z.names.keys()) if (gone(n)) z.names.delete(n);
      }
    },
    fault(name, fault) {
      if (fault === null) faults.delete(name);
      else faults.set(name, fault);
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([close(tcp), close(udp)]);
    },
  };
}
