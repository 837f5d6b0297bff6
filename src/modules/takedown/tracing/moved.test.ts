import { describe, expect, it } from 'vitest';
import type { StoredAnswer } from '../schema.ts';
import { movedSince } from './moved.ts';

const found = (source: StoredAnswer['source'], data: unknown, more: Partial<StoredAnswer> = {}): StoredAnswer => ({
  ...{ source, at: '2026-11-24T09:00:00Z', via: 'test', outcome: 'found', data },
  ...more,
});
const failed = (source: StoredAnswer['source']): StoredAnswer => ({
  ...{ source, at: '2026-11-24T09:00:00Z', via: 'test', outcome: 'failed', reason: 'timeout' },
});
const trace = (asn: number, registrar: string, ns: string[]) => [
  found('network', [{ address: '192.0.2.1', asn }]),
  found('rdap-domain', { emails: [], name: registrar }),
  found('dns', { addresses: [], ns }),
];

describe('hosting that moved', () => {
  it('is told fact by fact, with what was before', () => {
    const before = trace(64500, 'First Registrar', ['ns2.a.example', 'ns1.a.example']);
    expect(movedSince([before], trace(64502, 'Second Registrar', ['ns1.b.example']))).toEqual([
      { what: 'network', before: 'AS64500', after: 'AS64502' },
      { what: 'registrar', before: 'First Registrar', after: 'Second Registrar' },
      { what: 'nameservers', before: 'ns1.a.example ns2.a.example', after: 'ns1.b.example' },
    ]);
    expect(movedSince([before], trace(64500, 'First Registrar', ['ns1.a.example', 'ns2.a.example']))).toEqual([]);
    expect(movedSince([], before)).toEqual([]);
  });

  it('takes a source that failed for silence, and looks further back', () => {
    const first = trace(64500, 'R', ['ns1.a.example']);
    const blind = [failed('network'), failed('rdap-domain'), failed('dns')];
    expect(movedSince([first], blind)).toEqual([]);
    expect(movedSince([blind, first], trace(64501, 'R', ['ns1.a.example']))).toEqual([
      { what: 'network', before: 'AS64500', after: 'AS64501' },
    ]);
  });

  it('does not take the host behind a proxy for a move', () => {
    const behind = found('network', [{ address: '198.51.100.1', asn: 64999 }], { of: 'origin' });
    expect(movedSince([trace(64500, 'R', ['n.example'])], [behind, ...trace(64500, 'R', ['n.example'])])).toEqual([]);
  });
});
