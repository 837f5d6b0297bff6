import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StateName, startWorld, type World } from '../../../../world/index.ts';
import { ManualClock } from '../../../platform/clock.ts';
import { createEgress, type EgressOptions, vantageOptions } from '../../../platform/egress/index.ts';
import { seededRandom } from '../../../platform/random.ts';
import { createNetworkTable, trace } from '../tracing/index.ts';
import { classify } from './classify.ts';
import { type CheckRecord, decideClosing } from './closing.ts';
import { lookAt } from './look.ts';
import { type Fingerprint, fingerprintOf } from './signals.ts';
import type { CheckState } from './state.ts';

const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));
const random = seededRandom(4);

describe('checks and tracing in the world', () => {
  let world: World;
  let options: EgressOptions;
  beforeAll(async () => {
    world = await startWorld({ abuseDeskDelayMs: 60_000, clock });
    options = {
      ...vantageOptions({ ...world.egress, allowPrivate: true, vantages: [] }, undefined, { clock, random }),
      minGapMs: 0,
      timeoutMs: 1_500,
    };
  });
  afterAll(() => world.stop());

  const look = async (url: string, baseline?: Fingerprint) => {
    const vantages = [{ name: 'rabat', egress: createEgress(options) }] as const;
    const observation = await lookAt(url, { vantages, clock, random, ...(baseline ? { baseline } : {}) });
    return { observation, ...classify(observation) };
  };
  const firstLook = async (url: string) => {
    const { observation, state } = await look(url);
    expect(state).toBe('up-same');
    if (observation.page.kind !== 'response') throw new Error(observation.page.kind);
    return fingerprintOf(observation.page);
  };

  /** They cost their time-out: once is enough, they have no language. */
  const silences: StateName[] = ['slow', 'hang', 'reset'];
  const becomes: [StateName, CheckState][] = [
    ['up', 'up-same'],
    ['changed', 'up-changed'],
    ['removed', 'gone-http'],
    ['removed-notice', 'removed-notice'],
    ['soft-404', 'soft-404'],
    ['parked', 'parked'],
    ['login-wall', 'login-wall'],
    ['bot-wall', 'bot-wall'],
    ['legal-block', 'legal-block'],
    ['server-error', 'unreachable'],
  ];
  describe.each(['chats', 'qitat', 'cats'])('an album in the language of /album/%s', (album) => {
    const url = `http://photos.sample-host.example/album/${album}`;
    it.each(becomes)('that is %s: %s', async (name, state) => {
      world.sites.set(url, 'up');
      const baseline = await firstLook(url);
      world.sites.set(url, name);
      const verdict = await look(url, baseline);
      expect(verdict.state, verdict.reasons.join(' ')).toBe(state);
      world.sites.set(url, 'up');
    });
  });

  it.each(silences)('a page that is %s: unreachable', async (name) => {
    const url = 'http://photos.sample-host.example/p/9';
    world.sites.set(url, 'up');
    const baseline = await firstLook(url);
    world.sites.set(url, name);
    expect((await look(url, baseline)).state).toBe('unreachable');
  });

  it.each([
    ['http://moved.example/album/cats', 'redirected'],
    ['http://walled.example/', 'bot-wall'],
    ['http://blocked.example/', 'legal-block'],
    ['http://parked.example/x', 'parked'],
    ['http://soft404.example/x', 'soft-404'],
    ['http://down.example/', 'unreachable'],
    ['https://expired-tls.example/', 'tls-error'],
    ['http://inside.sample-host.example/', 'unreachable'],
    ['http://photos.sample-host.example/p/77777', 'gone-http'],
  ])('%s: %s', async (url, state) => {
    const verdict = await look(url);
    expect(verdict.state, verdict.reasons.join(' ')).toBe(state);
  });

  it('knows every photo page again and tells none for another', async () => {
    const prints = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) => firstLook(`http://photos.sample-host.example/p/${n}`)),
    );
    for (const [i, print] of prints.entries()) {
      expect((await look(`http://photos.sample-host.example/p/${i + 1}`, print)).state).toBe('up-same');
      const next = (i + 1) % prints.length;
      expect((await look(`http://photos.sample-host.example/p/${next + 1}`, print)).state).toBe('up-changed');
    }
  });

  it('closes a removed picture by the rule, and not a wall', async () => {
    const url = 'http://photos.sample-host.example/p/42';
    const rule = { minChecks: 3, minSpanMs: 90_000, minVantages: 1 };
    const baseline = await firstLook(url);
    const history: CheckRecord[] = [];
    const check = async () => {
      clock.advance(45_000);
      const { observation, state } = await look(url, baseline);
      history.push({ at: observation.at, state, vantage: observation.vantage });
      return decideClosing(history, rule);
    };
    expect(await check()).toBe('open');
    world.sites.set(url, 'bot-wall');
    for (let i = 0; i < 3; i++) expect(await check()).toBe('open');
    world.sites.set(url, 'removed');
    expect([await check(), await check(), await check()]).toEqual(['open', 'open', 'gone']);
    world.sites.set(url, 'up');
    expect(await check()).toBe('open');
  });

  it('finds the abuse desk of whoever carries a page', async () => {
    const find = (url: string) =>
      trace(url, {
        egress: createEgress(options),
        clock,
        networks: createNetworkTable(),
        findProvider: async () => undefined,
        rdap: { url: world.rdapUrl },
      });
    const photos = await find('http://photos.sample-host.example/album/chats');
    expect(photos.contacts[0]).toMatchObject({
      contact: 'abuse@sample-host.example',
      channel: 'email',
      language: 'fr',
    });
    const abroad = await find('http://soft404.example/x');
    expect(abroad.contacts[0]).toMatchObject({
      contact: 'abuse@elsewhere-host.example',
      reach: 'host',
      source: 'rdap-ip',
    });
    expect(abroad.contacts.map((c) => c.reach)).toContain('registrar');
    const arabic = await find('http://صور-قطط.example/album/qitat');
    expect(arabic.contacts[0]).toMatchObject({ contact: 'abuse@sample-host.example' });
  });
});
