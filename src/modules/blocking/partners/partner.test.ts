import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SOFTWARE } from '../../../../packages/rpz/index.ts';
import { loadConfig } from '../../../platform/config.ts';
import type { PartnerRow } from '../schema.ts';
import { choiceOf, configurationOf, examined } from './configuration.ts';
import { gapsOf, type PartnerInput, termsOf } from './partner.ts';
import { partnersOfText, partnersText, secondaryOf } from './secondaries.ts';

const from = new Date('2026-01-01T00:00:00Z');
const input = (over: Partial<PartnerInput> = {}): PartnerInput => ({
  organisation: 'o',
  name: ' Atlas  Télécom ',
  contract: 'C-1',
  from,
  until: undefined,
  bases: ['court', 'csam', 'else'],
  addresses: '192.0.2.7\n2001:DB8::/56, 192.0.2.7',
  notify: '192.0.2.7 5353\n198.51.100.1@53',
  tlsOnly: false,
  ...over,
});
const row = (over: Partial<PartnerRow> = {}): PartnerRow => ({
  id: 'p',
  organisation: 'o',
  name: 'Atlas',
  contract: 'C-1',
  from_at: from,
  until_at: null,
  bases: ['csam', 'court'],
  addresses: ['192.0.2.7'],
  notify: ['192.0.2.7 5353'],
  tls_only: false,
  created_at: from,
  changed_at: from,
  ...over,
});

describe('terms of a partner', () => {
  it('come in one spelling', () => {
    expect(termsOf(input(), false)).toEqual({
      ok: true,
      terms: {
        name: 'Atlas Télécom',
        contract: 'C-1',
        from_at: from,
        until_at: null,
        bases: ['csam', 'court'],
        addresses: ['192.0.2.7', '2001:db8::/56'],
        notify: ['192.0.2.7 5353', '198.51.100.1 53'],
        tls_only: false,
      },
    });
  });

  it.each<[Partial<PartnerInput>, string]>([
    [{ name: ' ' }, 'name'],
    [{ contract: 'x'.repeat(201) }, 'contract'],
    [{ from: undefined }, 'from'],
    [{ until: from }, 'until'],
    [{ bases: ['else'] }, 'bases'],
    [{ addresses: '10.0.0.0/8' }, 'addresses'],
    [{ addresses: '2001:db8::/32' }, 'addresses'],
    [{ addresses: 'ns.example' }, 'addresses'],
    [{ addresses: '10.1' }, 'addresses'],
    [{ notify: '192.0.2.0/30' }, 'notify'],
    [{ notify: '192.0.2.1 0' }, 'notify'],
    [{ notify: Array.from({ length: 33 }, (_, i) => `192.0.2.${i}`).join('\n') }, 'notify'],
    [{ tlsOnly: true }, 'tls'],
  ])('%j: %s is wrong', (over, field) => {
    expect(termsOf(input(over), false)).toEqual({ ok: false, wrong: [field] });
  });

  it('say what is missing until a partner gets all', () => {
    const now = new Date('2026-06-01');
    expect(gapsOf(row(), 1, now)).toEqual([]);
    expect(gapsOf(row(), 0, now)).toEqual(['csam-needs-key']);
    expect(gapsOf(row({ tls_only: true }), 0, now)).toEqual([]);
    expect(gapsOf(row({ bases: ['court'] }), 0, now)).toEqual([]);
    expect(gapsOf(row({ bases: ['court'], addresses: [] }), 0, now)).toEqual(['unknown']);
    expect(gapsOf(row({ until_at: now }), 1, now)).toEqual(['ended']);
    expect(gapsOf(row({ from_at: new Date('2026-07-01') }), 1, now)).toEqual(['not-begun']);
  });
});

const known = (partner: PartnerRow) =>
  secondaryOf(partner, [], 'rpz.example', (...about) => createHmac('sha256', 'test').update(about.join('\n')).digest());

describe('the primary knows a partner', () => {
  it('by address only where nothing of it may not circulate, or over TLS', () => {
    expect(known(row()).unsignedFrom).toEqual([]);
    expect(known(row({ bases: ['court'] })).unsignedFrom).toEqual(['192.0.2.7']);
    expect(known(row({ tls_only: true }))).toMatchObject({
      unsignedFrom: ['192.0.2.7'],
      tlsOnly: true,
      zones: ['hot.csam.rpz.example', 'base.csam.rpz.example', 'hot.court.rpz.example', 'base.court.rpz.example'],
      notify: [{ address: '192.0.2.7', port: 5353 }],
    });
  });

  it('from what was kept on disk as from the database', () => {
    const key = {
      id: 'k',
      partner: 'p',
      name: 'k-1',
      algorithm: 'hmac-sha256' as const,
      data_key: Buffer.from([0, 1, 255]),
      secret: Buffer.from('sealed'),
      created_at: from,
    };
    const read = { partners: [row({ until_at: new Date('2027-01-01') })], keys: [key] };
    expect(partnersOfText(partnersText(read))).toEqual(read);
  });
});

describe('configurations', () => {
  const { zones } = loadConfig({
    ZONES_PUBLIC_ADDRESS: '192.0.2.1',
    ZONES_PUBLIC_PORT: '53',
    ZONES_ORIGIN: 'rpz.example',
  });
  const key = { name: 'k-1', algorithm: 'hmac-sha256' as const };

  it.each(SOFTWARE)(
    'for %s hold the zones in order and a place for the secret, and the doctor finds little in them',
    (software) => {
      const choice = choiceOf({ software, resolvers: '192.0.2.10' });
      const result = configurationOf(zones, row({ bases: ['court'] }), key, choice);
      if (!('made' in result)) throw new Error(result.fault);
      const text = result.made.files.map((f) => f.text).join('\n');
      if (software !== 'mikrotik')
        expect(text.indexOf('hot.court.rpz.example')).toBeLessThan(text.indexOf('base.court'));
      const signs = !['unbound', 'dnsdist', 'mikrotik'].includes(software);
      expect(text.includes('PUT-THE-SECRET-HERE')).toBe(signs);
      expect(examined(zones, row({ bases: ['court'] }), software, text).filter((f) => f.severity === 'wrong')).toEqual(
        [],
      );
    },
  );

  it('are not made where abusive pictures would go out without a key, or with settings that are none', () => {
    expect(configurationOf(zones, row(), key, choiceOf({ software: 'unbound' }))).toEqual({ fault: 'csam-needs-tsig' });
    expect(configurationOf(zones, row(), key, choiceOf({ software: 'dnsdist' }))).toEqual({ fault: 'needs-resolvers' });
    const odd = choiceOf({ software: 'bind', dir: '/tmp/"; evil' });
    expect(configurationOf(zones, row(), key, odd)).toEqual({ fault: 'settings' });
  });
});
