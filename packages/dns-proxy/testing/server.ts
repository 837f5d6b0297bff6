import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ProxyServer, type ServerSettings } from '../server.ts';
import { a, BLOCK, byWord, startUpstream, text } from './scene.ts';

/** A resolver with all its doors on loopback, for tests. */

/** A certificate of its own authority for a name and all below it, PEM. */
export function certificate(name: string) {
  const dir = mkdtempSync(path.join(tmpdir(), 'dns-proxy-'));
  const file = (kind: string) => path.join(dir, `${name}.${kind}`);
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},DNS:*.${name}`];
  execFileSync('openssl', [...request, ...names, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
  const made = { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') };
  rmSync(dir, { recursive: true });
  return made;
}

export const LOOP = [{ address: '127.0.0.1', port: 0 }];

/** `closing` gets what must be closed after the test, in this order. */
export async function startServer(
  pem: ReturnType<typeof certificate>,
  closing: (() => unknown)[],
  settings: Partial<ServerSettings> = {},
) {
  const upstream = await startUpstream(({ name }) => (name.startsWith('slow') ? undefined : { answers: [a(name)] }));
  const seen: string[] = [];
  const policy = byWord({ blocked: BLOCK });
  const server = await ProxyServer.start({
    policy: {
      decide: (question) => {
        seen.push(`${question.client.transport} ${question.client.id} ${text(question)}`);
        return policy.decide(question);
      },
    },
    upstreams: [upstream],
    upstreamLimits: { totalMs: 400 },
    listen: { udp: LOOP, tcp: LOOP, dot: LOOP, doh: LOOP },
    tls: pem,
    name: 'dns.example',
    graceMs: 500,
    ...settings,
  });
  closing.push(() => server.close(), upstream.stop);
  const port = (door: keyof ProxyServer['ports']) => server.ports[door][0] as number;
  return { server, port, seen, upstream };
}

export const framed = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length]), bytes]);
/** Messages of a stream, as they come. */
export function messages(socket: net.Socket) {
  const all: Buffer[] = [];
  let pending = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const length = pending.readUInt16BE(0);
      all.push(pending.subarray(2, 2 + length));
      pending = pending.subarray(2 + length);
    }
  });
  socket.on('error', () => {});
  return all;
}
export const connect = async (port: number) => {
  const socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
};
export const gone = async (socket: net.Socket) => {
  const began = performance.now();
  socket.on('error', () => {});
  socket.resume();
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  return performance.now() - began;
};
