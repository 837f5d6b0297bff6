import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html, startWorld, type World } from '../../../world/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config.ts';
import { ephemeralKeyring } from '../../platform/keys.ts';
import { createLogger } from '../../platform/log.ts';
import { seededRandom } from '../../platform/random.ts';
import { hasChromium, hasNamespaces } from './here.fixture.ts';
import { type CaptureRole, createEvidence, type Evidence } from './index.ts';
import { pngSize, type Rendering, type RenderingResult } from './rendering.ts';
import { processTree } from './sandbox.ts';

const PHOTOS = 'https://photos.sample-host.example';
/** A busy machine must not make these looks end early; that looks do end is proved in studio.int.test.ts. */
const PATIENT = { deadlineMs: 150_000, times: { answer: 40_000, load: 20_000, settle: 1_500, picture: 60_000 } };
const MARK = `salama-look-${process.pid}-`;

/** What looks leave in the folders for temporary files. */
const leftovers = () =>
  ['/dev/shm', tmpdir()].flatMap((dir) => readdirSync(dir)).filter((name) => name.startsWith(MARK));

function picture(result: RenderingResult): Rendering {
  if ('unavailable' in result) throw new Error(`no picture: ${result.unavailable}`);
  return result;
}

describe.skipIf(!hasChromium)('the capture role in the world', { timeout: 180_000 }, () => {
  let world: World;
  let evidence: Evidence;
  let role: CaptureRole;
  let decoy: Server;
  let decoyPort = 0;
  let decoyHits = 0;

  beforeAll(async () => {
    world = await startWorld({ abuseDeskDelayMs: 60_000 });
    decoy = createServer((_req, res) => {
      decoyHits++;
      res.setHeader('access-control-allow-origin', '*').end('secret');
    });
    await new Promise<void>((resolve) => decoy.listen(0, '127.0.0.1', resolve));
    decoyPort = (decoy.address() as AddressInfo).port;
    const config = loadConfig({
      SALAMA_DEV: '1',
      SALAMA_ALLOW_PRIVATE: '1',
      SALAMA_STATE: '/nonexistent',
      SALAMA_EGRESS: JSON.stringify(world.egress),
    });
    const log = createLogger(process.env.TEST_LOG ?? 'silent', 'capture');
    evidence = createEvidence(
      { config, keys: ephemeralKeyring(), log, clock: systemClock, random: seededRandom(1) },
      { capturePort: 0, unsafeNoSandbox: !hasNamespaces, ...PATIENT },
    );
    role = await evidence.startCaptureServer();
  }, 180_000);

  afterAll(async () => {
    await role?.stop();
    decoy?.close();
    await world?.stop();
    expect(leftovers()).toEqual([]);
    expect(processTree(MARK)).toEqual([]);
  });

  it.skipIf(!hasNamespaces)('starts with its sandbox proved, on a network of its own', () => {
    expect(role.lines).toHaveLength(1);
    expect(role.lines[0]).toContain('sandbox holds, network of its own');
  });

  it('makes a picture of a page, even when the browser kept ready has died', async () => {
    const [kept] = processTree(MARK);
    expect(kept?.command).toContain('chromium');
    if (kept) process.kill(kept.pid, 'SIGKILL');
    const { png, title, finalHost } = picture(await evidence.rendering.render(`${PHOTOS}/album/chats`));
    expect(pngSize(png)).toEqual({ width: 1280, height: 800 });
    expect(title).toBe('Album de chats · Sample Photos');
    expect(finalHost).toBe('photos.sample-host.example');
    // The page is drawn, pictures included: an empty one would pack into a few kilobytes.
    expect(png.length).toBeGreaterThan(15_000);
    const visits = world.requests.filter((r) => r.host === finalHost);
    expect(visits.some((r) => r.path.endsWith('.png'))).toBe(true);
    expect(visits.every((r) => r.userAgent.includes('Chrome/') && !r.userAgent.includes('Headless'))).toBe(true);
  });

  it('follows a redirect, and cuts a page that has no end', async () => {
    world.sites.add('http://photos.elsewhere-host.example/tall', {
      lang: 'en',
      title: 'Tall',
      body: html`<div style="height:90000px;width:3000px;background:linear-gradient(#fff,#0b5d52)"></div>`,
    });
    world.sites.set('http://photos.sample-host.example/tall', {
      kind: 'redirect',
      to: 'http://photos.elsewhere-host.example/tall',
      status: 302,
    });
    const { png, finalHost } = picture(await evidence.rendering.render(`${PHOTOS}/tall`));
    expect(pngSize(png)).toEqual({ width: 1280, height: 4000 });
    expect(finalHost).toBe('photos.elsewhere-host.example');
  });

  it('gives a hostile page nothing: no inner address, permission, window, file or dialog', async () => {
    const targets = [
      `http://127.0.0.1:${decoyPort}/`,
      `http://localhost:${decoyPort}/`,
      `http://[::1]:${decoyPort}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://inside.sample-host.example/',
      `http://127.0.0.1:${role.port}/render`,
    ].join(' ');
    world.sites.add(`${PHOTOS}/hostile`, {
      lang: 'en',
      title: 'waiting',
      body: html`<iframe src="http://127.0.0.1:${decoyPort}/frame"></iframe><img src="http://127.0.0.1:${decoyPort}/img">
<a id="file" download="x.bin" href="/p/7">file</a><output data-targets="${targets}"></output>
<script>
const seen = [];
const note = (name, value) => { seen.push(name + '=' + value); document.title = seen.join(' '); };
onbeforeunload = () => 'stay';
alert('look here'); note('confirm', confirm('really?')); note('prompt', prompt('name?'));
note('window', open('http://127.0.0.1:${decoyPort}/window') ? 'opened' : 'none');
file.click(); print();
note('webdriver', navigator.webdriver === true);
new WebSocket('ws://127.0.0.1:${decoyPort}/');
const targets = document.querySelector('output').dataset.targets.split(' ');
Promise.all([
  ...targets.map((t) => fetch(t).then((r) => r.text(), () => '')),
  Promise.all(['geolocation', 'notifications', 'camera', 'microphone'].map((name) => navigator.permissions.query({ name })
    .then((p) => p.state === 'denied' ? '' : name + ':' + p.state))).then((all) => all.join('')),
]).then((all) => note('got', '[' + all.join('') + ']'));
</script>`,
    });
    const { title } = picture(await evidence.rendering.render(`${PHOTOS}/hostile`));
    expect(title).toContain('confirm=false prompt=null');
    expect(title).toContain('webdriver=false');
    expect(title).toContain('got=[]');
    expect(decoyHits).toBe(0);
  });

  it.each([
    ['http://inside.sample-host.example/', 'refused'],
    ['https://mixed.sample-host.example/', 'refused'],
    ['http://no-such-name.example/', 'dns'],
    ['http://down.example/', 'unreachable'],
  ])('%s: %s', async (url, reason) => {
    expect(await evidence.rendering.render(url)).toEqual({ unavailable: reason });
  });

  it('does not follow a page inside, neither by its answer nor by its script', async () => {
    world.sites.set('http://photos.sample-host.example/turn', {
      kind: 'redirect',
      to: `http://127.0.0.1:${decoyPort}/`,
      status: 302,
    });
    world.sites.add(`${PHOTOS}/script-turn`, {
      lang: 'en',
      title: 'Turn',
      body: html`<script>location = 'http://localhost:${decoyPort}/'</script>`,
    });
    expect(await evidence.rendering.render('http://photos.sample-host.example/turn')).toEqual({
      unavailable: 'refused',
    });
    expect(await evidence.rendering.render(`${PHOTOS}/script-turn`)).toEqual({ unavailable: 'refused' });
    expect(decoyHits).toBe(0);
  });

  it('asks nothing of the browser for what is no address of the Web', async () => {
    expect(await evidence.rendering.render('file:///etc/passwd')).toEqual({ unavailable: 'bad-url' });
  });

  it('ends everything of a look that nobody waits for any more', async () => {
    world.sites.set('http://photos.sample-host.example/hang', 'hang');
    const leave = new AbortController();
    const result = evidence.rendering.render('http://photos.sample-host.example/hang', leave.signal);
    await expect.poll(() => world.requests.some((r) => r.path === '/hang'), { timeout: 60_000 }).toBe(true);
    const pids = processTree(MARK).map((p) => p.pid);
    expect(pids.length).toBeGreaterThan(1);
    leave.abort();
    expect(await result).toEqual({ unavailable: 'timeout' });
    const still = () => processTree(MARK).filter((p) => pids.includes(p.pid));
    await expect.poll(still, { timeout: 30_000 }).toEqual([]);
  });
});
