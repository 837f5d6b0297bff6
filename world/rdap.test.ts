import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Registry, startRegistry } from './rdap.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry({ port: 0 });
});
afterAll(() => registry.stop());

interface Entity {
  roles: string[];
  vcardArray: [string, [string, object, string, string | string[]][]];
  entities?: Entity[];
}

/** As a client finds it: the first entity with the role `abuse`, at any depth, and its e-mail. */
function abuseMail(entities: Entity[]): string | undefined {
  for (const e of entities) {
    if (e.roles.includes('abuse')) return String(e.vcardArray[1].find(([name]) => name === 'email')?.[3]);
    const deeper = abuseMail(e.entities ?? []);
    if (deeper) return deeper;
  }
  return undefined;
}

async function ask(path: string, method = 'GET') {
  const response = await fetch(`${registry.url}${path}`, { method });
  const body = method === 'HEAD' ? {} : ((await response.json()) as Record<string, unknown> & { entities: Entity[] });
  return { status: response.status, type: response.headers.get('content-type'), body };
}

const abuseOf = async (path: string) => {
  const { body } = await ask(path);
  return 'entities' in body ? abuseMail(body.entities as Entity[]) : undefined;
};

describe('RDAP', () => {
  it('knows a network and the desk of whoever runs it', async () => {
    const { status, type, body } = await ask('ip/127.0.10.3');
    expect([status, type]).toEqual([200, 'application/rdap+json']);
    expect(body).toMatchObject({
      objectClassName: 'ip network',
      startAddress: '127.0.10.0',
      endAddress: '127.0.10.255',
      country: 'MA',
      arin_originas0_originautnums: [64500],
    });
    expect(await abuseOf('ip/127.0.10.3')).toBe('abuse@sample-host.example');
    expect(await abuseOf('ip/127.0.30.0/24')).toBe('abuse@elsewhere-host.example');
  });

  it('knows a domain and its registrar, by U-label or A-label, and no host below it', async () => {
    expect((await ask('domain/sample-host.example')).body).toMatchObject({
      objectClassName: 'domain',
      ldhName: 'sample-host.example',
      status: ['active'],
    });
    expect(await abuseOf('domain/kids-game.example')).toBe('abuse@registrar.example');
    expect((await ask(`domain/${encodeURIComponent('صور-قطط.example')}`)).status).toBe(200);
    expect((await ask('domain/photos.sample-host.example')).status).toBe(404);
  });

  it('knows an AS number and an entity', async () => {
    expect((await ask('autnum/64501')).body).toMatchObject({
      objectClassName: 'autnum',
      handle: 'AS64501',
      country: 'IE',
    });
    expect((await ask('entity/SAMPLE-HOSTING')).body).toMatchObject({ objectClassName: 'entity' });
  });

  it.each([
    ['domain/nobody.example', 404],
    ['ip/127.0.99.1', 404],
    ['ip/127.0.0.0/8', 404],
    ['ip/2001:db8::1', 404],
    ['ip/127.0.0.300', 400],
    ['ip/127.0.10.0/33', 400],
    ['autnum/AS64500', 400],
    ['autnum/1', 404],
    ['domain/%', 400],
    ['', 400],
  ])('%s is an error %i with a body of RFC 9083', async (path, status) => {
    const reply = await ask(path);
    expect(reply.status).toBe(status);
    expect(reply.type).toBe('application/rdap+json');
    expect(reply.body).toMatchObject({ errorCode: status, rdapConformance: expect.arrayContaining(['rdap_level_0']) });
  });

  it('reads only, and can be down', async () => {
    expect((await ask('help', 'HEAD')).status).toBe(200);
    expect((await ask('help', 'POST')).status).toBe(405);
    registry.setDown(true);
    expect((await ask('help')).status).toBe(503);
    registry.setDown(false);
  });

  it('leads there from the bootstrap files', async () => {
    expect((await ask('ipv4.json')).body).toMatchObject({
      services: [[expect.arrayContaining(['127.0.10.0/24']), [registry.url]]],
    });
    expect((await ask('dns.json')).body).toMatchObject({ version: '1.0' });
  });
});
