import dgram from 'node:dgram';
import { connect as h2connect } from 'node:http2';
import { connect as tlsConnect } from 'node:tls';
import { type Answer, decode, encode } from 'dns-packet';

/** Asking the resolver as devices do, over each of its doors on loopback. */

export interface Reply {
  rcode: string;
  answers: Answer[];
  /** Extended error: code and text. */
  ede: { code: number; text: string } | undefined;
  /** The whole cookie, when one was given. */
  cookie: Buffer | undefined;
}

const ERROR = 15;
const COOKIE = 10;

/** A question that says it understands structured errors (an empty extended error). */
export const query = (name: string, type: 'A' | 'AAAA' = 'A', cookie?: Buffer) =>
  encode({
    type: 'query',
    id: 0,
    flags: 0x100,
    questions: [{ type, name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [{ code: ERROR, data: Buffer.from([0, 0]) }, ...(cookie ? [{ code: COOKIE, data: cookie }] : [])],
      } as never,
    ],
  });

export function read(bytes: Uint8Array): Reply {
  const packet = decode(Buffer.from(bytes)) as unknown as {
    rcode: string;
    answers: Answer[];
    additionals: { type: string; options?: { code: number; data: Buffer }[] }[];
  };
  const option = (code: number) =>
    packet.additionals.find((a) => a.type === 'OPT')?.options?.find((o) => o.code === code)?.data;
  const error = option(ERROR);
  return {
    rcode: packet.rcode,
    answers: packet.answers,
    ede: error && { code: error.readUInt16BE(0), text: error.toString('utf8', 2) },
    cookie: option(COOKIE),
  };
}

/** What a load balancer writes before a question: PROXY protocol, version 2, with whose device asks and how. */
export function introduction(
  device: string,
  transport: 'udp' | 'dot' | 'doh' = 'doh',
  address = [192, 0, 2, 77],
): Buffer {
  const values = (
    [
      [0xe0, device],
      [0xe1, transport],
    ] as const
  ).flatMap(([type, text]) => [type, 0, text.length, ...Buffer.from(text)]);
  const rest = [...address, ...address, 0, 53, 0, 53, ...values];
  return Buffer.from([...Buffer.from('\r\n\r\n\0\r\nQUIT\n'), 0x21, 0x12, 0, rest.length, ...rest]);
}

/** From a port of its own each time, so that any of several threads may answer. @throws `no answer` */
export async function overUdp(
  port: number,
  name: string,
  given: { before?: Buffer; cookie?: Buffer; type?: 'A' | 'AAAA'; ms?: number } = {},
): Promise<Reply> {
  const socket = dgram.createSocket('udp4');
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Reply>((resolve, reject) => {
      socket.once('message', (message) => resolve(read(message)));
      timer = setTimeout(() => reject(new Error('no answer')), given.ms ?? 5_000);
      const packet = Buffer.concat([given.before ?? Buffer.alloc(0), query(name, given.type, given.cookie)]);
      socket.send(packet, port, '127.0.0.1');
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

export async function overTls(port: number, servername: string, name: string, cookie?: Buffer): Promise<Reply> {
  const message = query(name, 'A', cookie);
  const socket = tlsConnect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ALPNProtocols: ['dot'] });
  const chunks: Buffer[] = [];
  try {
    return await new Promise<Reply>((resolve, reject) => {
      socket.once('error', reject);
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        const all = Buffer.concat(chunks);
        if (all.length > 2 && all.length >= 2 + all.readUInt16BE(0)) resolve(read(all.subarray(2)));
      });
      socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]));
    });
  } finally {
    socket.destroy();
  }
}

export async function overH2(port: number, path: string, name: string): Promise<Reply> {
  const session = h2connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  try {
    return await new Promise<Reply>((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({ ':path': `${path}?dns=${query(name).toString('base64url')}` });
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => resolve(read(Buffer.concat(chunks))));
      stream.on('error', reject);
    });
  } finally {
    session.close();
  }
}
