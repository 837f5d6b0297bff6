import { describe, expect, it } from 'vitest';
import { chooseContact, rankContacts, type TraceAnswer } from './contact.ts';

const at = new Date('2026-11-24T09:00:00Z');
const base = { at, via: 'test', outcome: 'found' } as const;

const own: TraceAnswer = {
  ...base,
  source: 'own-table',
  data: {
    id: '1',
    name: 'Sample Host',
    contact: 'trust@host.example',
    channel: 'email',
    languages: ['es', 'fr', 'en'],
  },
};
const published: TraceAnswer = {
  ...base,
  source: 'security-txt',
  data: {
    emails: ['security@site.example'],
    forms: ['https://site.example/report'],
    expires: undefined,
    languages: ['de', 'ar'],
    secure: true,
  },
};
const host: TraceAnswer = {
  ...base,
  source: 'rdap-ip',
  data: { emails: ['abuse@carrier.example'], role: 'abuse', name: 'CARRIER-NET', country: 'MA', handle: 'NET1' },
};
const registrar: TraceAnswer = {
  ...base,
  source: 'rdap-domain',
  data: {
    emails: ['abuse@registrar.example'],
    role: 'abuse',
    name: 'Registrar Inc.',
    country: undefined,
    handle: 'D1',
  },
};
const guess: TraceAnswer = { ...base, source: 'rfc2142-guess', data: { email: 'abuse@site.example' } };
const dns = (mx: string[]): TraceAnswer => ({
  ...base,
  source: 'dns',
  data: { addresses: [], cname: [], ns: [], soa: [], mx },
});
const network = (proxy?: string): TraceAnswer => ({
  ...base,
  source: 'network',
  data: [{ address: '41.248.0.1', asn: 6713, organisation: 'Carrier', country: 'FR', ...(proxy ? { proxy } : {}) }],
});
const all = [guess, registrar, host, published, own];

describe('contacts', () => {
  it('ranks by source whatever the order of answers, most sure first', () => {
    const ranked = rankContacts(all);
    expect(ranked.map((c) => [c.contact, c.source, c.reach])).toEqual([
      ['trust@host.example', 'own-table', 'provider'],
      ['security@site.example', 'security-txt', 'site'],
      ['https://site.example/report', 'security-txt', 'site'],
      ['abuse@carrier.example', 'rdap-ip', 'host'],
      ['abuse@registrar.example', 'rdap-domain', 'registrar'],
      ['abuse@site.example', 'rfc2142-guess', 'site'],
    ]);
    expect(rankContacts(all.toReversed())).toEqual(ranked);
    expect(chooseContact(all)).toMatchObject({
      contact: 'trust@host.example',
      channel: 'email',
      confidence: 0.95,
      language: 'fr',
    });
  });

  it('writes in a language the other side reads and we write, or leaves it open', () => {
    expect(chooseContact([published])?.language).toBe('ar');
    expect(chooseContact([host])?.language).toBe('fr');
    expect(chooseContact([registrar])).not.toHaveProperty('language');
    expect(chooseContact([{ ...host, data: { ...host.data, country: 'US' } }])?.language).toBe('en');
  });

  it('leaves out what the owner of the site controls when told', () => {
    expect(rankContacts(all, { avoidSite: true }).map((c) => c.reach)).toEqual(['provider', 'host', 'registrar']);
    expect(chooseContact([published, guess], { avoidSite: true })).toBeUndefined();
  });

  it('knows that a reverse proxy is not the host, and that a technical contact is second best', () => {
    expect(chooseContact([host, network('Cloudflare')])).toMatchObject({ reach: 'proxy', confidence: 0.6 });
    const technical: TraceAnswer = { ...host, data: { ...host.data, role: 'technical' } };
    expect(chooseContact([technical])?.confidence).toBeLessThan(chooseContact([host])?.confidence ?? 0);
  });

  it('marks the guess, more so when the domain takes no mail', () => {
    expect(chooseContact([guess, dns(['mx.site.example'])])).toMatchObject({
      source: 'rfc2142-guess',
      confidence: 0.2,
    });
    expect(chooseContact([guess, dns([])])?.confidence).toBe(0.05);
  });

  it('names one mailbox once', () => {
    const same: TraceAnswer = { ...registrar, data: { ...registrar.data, emails: ['Abuse@Carrier.example'] } };
    expect(rankContacts([host, same])).toHaveLength(1);
  });

  it('has nobody where nothing was found', () => {
    expect(chooseContact([{ source: 'rdap-ip', at, via: 'x', outcome: 'failed', reason: 'http-500' }])).toBeUndefined();
  });
});
