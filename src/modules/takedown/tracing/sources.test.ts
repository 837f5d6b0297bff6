import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailAddress } from './mail-address.ts';
import { createNetworkTable } from './networks.ts';
import { addressServer, domainServer, loadBootstrap, readRdap } from './rdap.ts';
import { parseSecurityTxt } from './security-txt.ts';

describe('mailAddress', () => {
  it.each(['abuse@host.example', 'Trust+Safety@sub.host.co.ma', "a.b_c'd@x.example".replace("'", '')])(
    'takes %s',
    (a) => {
      expect(mailAddress(` ${a} `)).toBe(a);
    },
  );

  it.each([
    'abuse',
    'abuse@localhost',
    'a@b.example, c@d.example',
    'a@b.example\r\nBcc: x@y.example',
    '"x"@b.example',
    'a@[127.0.0.1]',
    '<a@b.example>',
    'a b@c.example',
    `${'x'.repeat(65)}@b.example`,
    'a@-b.example',
    42,
    undefined,
  ])('refuses %s', (a) => {
    expect(mailAddress(a)).toBeUndefined();
  });
});

describe('parseSecurityTxt', () => {
  it('reads a signed file', () => {
    const file = parseSecurityTxt(
      [
        '-----BEGIN PGP SIGNED MESSAGE-----',
        'Hash: SHA256',
        '',
        '# a comment with Contact: mailto:no@comment.example',
        'Contact: mailto:security%2Babuse@host.example?subject=x',
        'contact: HTTPS://host.example/report',
        'Contact: tel:+212-5-37-00-00-00',
        'Contact: http://insecure.example/',
        'Contact: plain@host.example',
        'Expires: 2027-01-01T00:00:00.000Z',
        'Preferred-Languages: fr-MA, AR, en, fr',
        '-----BEGIN PGP SIGNATURE-----',
        'Contact: mailto:no@signature.example',
      ].join('\r\n'),
    );
    expect(file).toEqual({
      emails: ['security+abuse@host.example', 'plain@host.example'],
      forms: ['https://host.example/report'],
      expires: new Date('2027-01-01T00:00:00Z'),
      languages: ['fr', 'ar', 'en'],
    });
  });

  it('reads anything without throwing, and never gives an address that can not be written to', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom('Contact: mailto:', 'Contact: mailto:%', '\n', 'Expires: x', ':')),
        ),
        (parts) => {
          const { emails } = parseSecurityTxt(parts.join(''));
          return emails.every((e) => mailAddress(e) === e && !/[\r\n]/.test(e));
        },
      ),
    );
  });
});

describe('RDAP', () => {
  const abuse = (email: string) => ({
    objectClassName: 'entity',
    roles: ['abuse'],
    vcardArray: [
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['fn', {}, 'text', 'Abuse desk'],
        ['email', { type: 'work' }, 'text', email],
      ],
    ],
  });

  it('finds the abuse mailbox of a registrar inside the registrar', () => {
    expect(
      readRdap({
        objectClassName: 'domain',
        handle: 'D-1',
        ldhName: 'site.example',
        entities: [
          { roles: ['registrant'], vcardArray: ['vcard', [['email', {}, 'text', 'owner@private.example']]] },
          {
            roles: ['registrar'],
            vcardArray: ['vcard', [['fn', {}, 'text', 'Registrar Inc.']]],
            entities: [abuse('abuse@registrar.example')],
          },
        ],
      }),
    ).toEqual({
      emails: ['abuse@registrar.example'],
      role: 'abuse',
      name: 'Registrar Inc.',
      country: undefined,
      handle: 'D-1',
    });
  });

  it('falls back to the technical contact of a network', () => {
    expect(
      readRdap({
        objectClassName: 'ip network',
        name: 'CARRIER',
        country: 'ma',
        entities: [
          {
            roles: ['technical', 'administrative'],
            vcardArray: ['vcard', [['email', {}, 'text', 'noc@carrier.example']]],
          },
        ],
      }),
    ).toMatchObject({ emails: ['noc@carrier.example'], role: 'technical', name: 'CARRIER', country: 'MA' });
  });

  it('survives any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => readRdap(json).emails.length === 0));
    const deep = { entities: [] as unknown[] };
    let at = deep;
    for (let i = 0; i < 100; i++) {
      const next = { entities: [] as unknown[] };
      at.entities.push(next);
      at = next;
    }
    at.entities.push(abuse('too@deep.example'));
    expect(readRdap(deep).emails).toEqual([]);
  });

  it('knows whom to ask', () => {
    const bootstrap = loadBootstrap();
    expect(domainServer(bootstrap, 'Example.COM')).toBe('https://rdap.verisign.com/com/v1/');
    expect(domainServer(bootstrap, 'a.example.fr')).toBe('https://rdap.nic.fr/');
    expect(domainServer(bootstrap, 'site.test')).toBeUndefined();
    expect(addressServer(bootstrap, '41.248.0.1')).toBe('https://rdap.afrinic.net/rdap/');
    expect(addressServer(bootstrap, '::ffff:193.0.6.139')).toBe('https://rdap.db.ripe.net/');
    expect(addressServer(bootstrap, '2606:4700::1111')).toBe('https://rdap.arin.net/registry/');
    expect(addressServer(bootstrap, '2c0f:f000::1')).toBe('https://rdap.afrinic.net/rdap/');
    expect(addressServer(bootstrap, '127.0.0.1')).toBeUndefined();
    expect(addressServer(bootstrap, 'nonsense')).toBeUndefined();
  });
});

describe('network table', () => {
  const table = createNetworkTable();

  it('knows a Moroccan network, in time', async () => {
    const before = process.cpuUsage();
    expect(await table.lookUp('41.248.0.1')).toEqual({
      asn: 6713,
      organisation: expect.stringMatching(/Itissalat/i),
      country: 'MA',
    });
    // Work, not waiting: other tests may hold the machine.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_500);
  });

  it.each([
    ['1.1.1.1', 13335],
    ['::ffff:1.1.1.1', 13335],
    ['8.8.8.8', 15169],
    ['2606:4700:4700::1111', 13335],
    ['2001:4860:4860::8888', 15169],
  ])('%s is in AS%s', async (address, asn) => {
    expect(await table.lookUp(address)).toMatchObject({ asn });
  });

  it.each(['127.0.0.1', '10.0.0.1', '255.255.255.255', '0.0.0.0', '::1', 'fe80::1', 'nonsense', ''])(
    'knows nothing of %s',
    async (address) => {
      expect(await table.lookUp(address)).not.toHaveProperty('asn');
    },
  );

  it('agrees with a plain reading of the file at the edges of ranges', async () => {
    const { createRequire } = await import('node:module');
    const { readFileSync } = await import('node:fs');
    for (const [name, step] of [
      ['asn-ipv4.csv', 20_011],
      ['asn-ipv6.csv', 5_003],
    ] as const) {
      const file = createRequire(import.meta.url).resolve(`@ip-location-db/asn/${name}`);
      const lines = readFileSync(file, 'utf8').split('\n');
      for (let i = 0; i < lines.length - 1; i += step) {
        const [first = '', last = '', asn] = lines[i]?.split(',') ?? [];
        expect(await table.lookUp(first), first).toMatchObject({ asn: Number(asn) });
        expect(await table.lookUp(last), last).toMatchObject({ asn: Number(asn) });
      }
    }
  });
});
