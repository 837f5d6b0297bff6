import type { ResourceRecord } from '../wire/message.ts';
import { readMessage } from '../wire/message.ts';
import { wireName } from '../wire/name.ts';
import type { TransferBody, Zone } from '../zone/zone.ts';

/** The records of a body, read as a secondary reads them. */
export function recordsOf(zone: Zone, body: TransferBody): ResourceRecord[] {
  const question = Buffer.concat([wireName(zone.origin), Buffer.from([0, 252, 0, 1])]);
  const out: ResourceRecord[] = [];
  for (const { body: bytes, records } of body.chunks) {
    const head = Buffer.alloc(12);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records, 6);
    out.push(...readMessage(Buffer.concat([head, question, bytes])).answers);
  }
  return out;
}

export function text({ name, data }: ResourceRecord): string {
  if (data.type === 'CNAME' || data.type === 'NS') return `${name} ${data.type} ${data.target}`;
  if (data.type === 'A' || data.type === 'AAAA') return `${name} ${data.type} ${data.address}`;
  if (data.type === 'TXT') return `${name} TXT ${data.texts.map((t) => t.toString()).join('')}`;
  if (data.type === 'SOA') return `${name} SOA ${data.soa.serial}`;
  return `${name} ${data.type}`;
}

/** What a secondary has after an IXFR answer; throws when it removes what is not there or adds what is. */
export function applyIxfr(records: readonly ResourceRecord[], before: ReadonlySet<string>): Set<string> {
  const [first, second] = records;
  if (!first) throw new Error('no records');
  if (records.length === 1) return new Set(before);
  if (second?.data.type !== 'SOA') return new Set(records.slice(1, -1).map(text));
  const state = new Set(before);
  let adding = true;
  for (const record of records.slice(1, -1)) {
    if (record.data.type === 'SOA') {
      adding = !adding;
      continue;
    }
    const line = text(record);
    if (adding ? state.has(line) : !state.delete(line)) throw new Error(`${adding ? 'twice' : 'not there'}: ${line}`);
    if (adding) state.add(line);
  }
  return state;
}
