import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABUSE_API_TOKEN } from '../../../../world/index.ts';
import { openScene, type Scene } from '../testing/scene.ts';

const ADDRESSES = { rabat: '127.0.77.1', paris: '127.0.77.2', letters: '127.0.77.9' };

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 34, addresses: ADDRESSES });
  const account = await scene.account('senior-analyst');
  const { apiUrl } = scene.world;
  const provider = await scene.takedown.providers.save(account, {
    ...{ name: 'Sample Hosting', kind: 'host', note: '', language: 'fr', channel: 'api', address: apiUrl },
    domains: ['photos.sample-host.example'],
  });
  const token = { set: ABUSE_API_TOKEN, address: apiUrl };
  await scene.takedown.settings.save(provider, account, { attach: 'link', extra: {}, token });
});
afterAll(() => scene.close());

describe('a letter to an interface', () => {
  it('leaves from an address that no look at content comes from', async () => {
    const { item } = await scene.report();
    await scene.assess(item);
    await scene.notice(item, 'queued');
    await scene.pass(0);
    await scene.notice(item, 'sent');
    await scene.pass(3_600_000);
    expect(scene.world.api.received.map((c) => c.from)).toEqual([ADDRESSES.letters]);
    const looks = new Set(scene.world.requests.filter((r) => r.host.startsWith('photos.')).map((r) => r.from));
    expect(looks.size).toBeGreaterThan(0);
    for (const from of looks) expect([ADDRESSES.rabat, ADDRESSES.paris]).toContain(from);
  });
});
