import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Exchange } from '../../../platform/egress/index.ts';
import type { Masked } from './mask.ts';

export interface WarcTools {
  /** A fresh UUID for a record. */
  id(): string;
}

interface Part {
  type: 'warcinfo' | 'request' | 'response' | 'metadata';
  date: Date;
  headers: [string, string][];
  block: Buffer;
}

const sha256 = (data: Buffer) => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** The head of the final answer, without the interim ones (1xx) before it, up to and with the empty line. */
export function headOf(response: Buffer): Buffer {
  let from = 0;
  for (;;) {
    const end = response.indexOf('\r\n\r\n', from);
    if (end === -1) return response.subarray(from);
    if (!/^HTTP\/1\.[01] 1\d\d/.test(response.toString('latin1', from, from + 12)))
      return response.subarray(from, end + 4);
    from = end + 4;
  }
}

/** One record (ISO 28500:2017 §4), compressed on its own, so that an index can point at it. */
function record(tools: WarcTools, part: Part): { id: string; bytes: Buffer } {
  const id = `<urn:uuid:${tools.id()}>`;
  const lines: [string, string][] = [
    ['WARC-Type', part.type],
    ['WARC-Record-ID', id],
    ['WARC-Date', part.date.toISOString()],
    ...part.headers,
    ['WARC-Block-Digest', sha256(part.block)],
    ['Content-Length', String(part.block.length)],
  ];
  const head = `WARC/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return { id, bytes: gzipSync(Buffer.concat([Buffer.from(head), part.block, Buffer.from('\r\n\r\n')])) };
}

/** What the archive says about itself. */
export function warcInfo(tools: WarcTools, at: Date, info: Record<string, string>): Buffer {
  const block = Buffer.from(
    Object.entries(info)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join(''),
  );
  const headers: [string, string][] = [['Content-Type', 'application/warc-fields']];
  return record(tools, { type: 'warcinfo', date: at, headers, block }).bytes;
}

/**
 * The records of one exchange: what was sent and received as bytes, and what was known around it (name answers,
 * certificates, times). What must not be kept is left out of the answer, which then says that it is not whole
 * (`WARC-Truncated`) and what its digest was.
 */
export function warcExchange(tools: WarcTools, exchange: Exchange, masked: Masked | undefined): Buffer {
  const target: [string, string][] = [
    ['WARC-Target-URI', exchange.url],
    ['WARC-IP-Address', exchange.address],
  ];
  const changed = masked !== undefined && (masked.kept === undefined || masked.withheld.length > 0);
  const block = changed
    ? Buffer.concat([headOf(exchange.response), masked.kept ?? Buffer.alloc(0)])
    : exchange.response;
  const truncated = changed ? 'unspecified' : exchange.truncated ? 'disconnect' : undefined;
  const response = record(tools, {
    type: 'response',
    date: exchange.begun,
    headers: [
      ...target,
      ['WARC-Payload-Digest', sha256(exchange.body)],
      ...(truncated ? [['WARC-Truncated', truncated] as [string, string]] : []),
      ['Content-Type', 'application/http; msgtype=response'],
    ],
    block,
  });
  const near: [string, string] = ['WARC-Concurrent-To', response.id];
  const request = record(tools, {
    type: 'request',
    date: exchange.begun,
    headers: [...target, near, ['Content-Type', 'application/http; msgtype=request']],
    block: exchange.request,
  });
  const around = {
    begun: exchange.begun.toISOString(),
    ended: exchange.ended.toISOString(),
    address: exchange.address,
    port: exchange.port,
    dns: { ...exchange.dns, at: exchange.dns.at.toISOString() },
    ...(exchange.tls
      ? {
          tls: {
            protocol: exchange.tls.protocol,
            cipher: exchange.tls.cipher,
            chain: exchange.tls.chain.map((der) => der.toString('base64')),
          },
        }
      : {}),
    ...(masked && masked.withheld.length > 0 ? { withheld: masked.withheld } : {}),
  };
  const metadata = record(tools, {
    type: 'metadata',
    date: exchange.ended,
    headers: [...target, near, ['Content-Type', 'application/json']],
    block: Buffer.from(JSON.stringify(around)),
  });
  return Buffer.concat([response.bytes, request.bytes, metadata.bytes]);
}
