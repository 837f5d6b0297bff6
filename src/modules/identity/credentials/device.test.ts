import { describe, expect, it } from 'vitest';
import { ephemeralKeyring } from '../../../platform/keys.ts';
import { seededRandom } from '../../../platform/random.ts';
import { DEVICE_SECONDS, knownDevice, rememberDevice } from './device.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
const tools = { keys: ephemeralKeyring(), random: seededRandom(1) };

describe('device cookies', () => {
  it('are known to their account only, under a lasting id', () => {
    const cookie = rememberDevice(tools, undefined, 'salma', NOW);
    const id = knownDevice(tools.keys, cookie, 'salma', NOW);
    expect(id).toMatch(/^[\w-]{16}$/);
    expect(knownDevice(tools.keys, cookie, 'idir', NOW)).toBeUndefined();
    expect(knownDevice(ephemeralKeyring(), cookie, 'salma', NOW)).toBeUndefined();
    expect(knownDevice(tools.keys, rememberDevice(tools, cookie, 'salma', NOW), 'salma', NOW)).toBe(id);
  });

  it('end after their time, and a changed one is none', () => {
    const cookie = rememberDevice(tools, undefined, 'salma', NOW);
    const late = new Date(NOW.getTime() + DEVICE_SECONDS * 1000);
    expect(knownDevice(tools.keys, cookie, 'salma', late)).toBeUndefined();
    const [id, , mac] = cookie.split('.');
    const younger = `${id}.${Math.floor(late.getTime() / 1000).toString(36)}.${mac}`;
    expect(knownDevice(tools.keys, younger, 'salma', late)).toBeUndefined();
    for (const junk of ['', 'x', '~~', 'a.b.c', 'x'.repeat(5000)])
      expect(knownDevice(tools.keys, junk, 'salma', NOW)).toBeUndefined();
  });

  it('hold the people of a shift, the last six', () => {
    let cookie: string | undefined;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) cookie = rememberDevice(tools, cookie, name, NOW);
    const known = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter((n) => knownDevice(tools.keys, cookie, n, NOW));
    expect(known).toEqual(['b', 'c', 'd', 'e', 'f', 'g']);
    expect(cookie?.length).toBeLessThan(1000);
  });
});
