import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../../world/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { vantageOptions } from '../../platform/egress/index.ts';
import { createLogger } from '../../platform/log.ts';
import { seededRandom } from '../../platform/random.ts';
import { systemUser } from '../../platform/users.ts';
import { startBrowser } from './browser.ts';
import { hasChromium, hasNamespaces } from './here.fixture.ts';
import { LOOK_TIMES } from './look.ts';
import { confinementOf, isRunning, processTree, sandboxFaults } from './sandbox.ts';
import { sweepScratch } from './scratch.ts';
import { openStudio, type Studio } from './studio.ts';

const MARK = `salama-look-${process.pid}-`;
const log = createLogger('silent', 'test');
/** Loopback counts as secure: workers would be allowed here. */
const WORKER_PAGE = `<script>
const found = () => navigator.serviceWorker.getRegistrations().then((all) => { document.title = 'workers: ' + all.length; });
navigator.serviceWorker.register('/worker.js').then(found, found);
</script>`;
const asRoot = process.getuid?.() === 0;

describe.skipIf(!hasChromium)('studio', { timeout: 180_000 }, () => {
  let world: World;
  /** A site of our own on an address of the world, for manners that the world's sites don't have. */
  let site: Server;
  let studio: Studio;
  const asked: string[] = [];
  const ADDRESS = '127.0.10.200';
  const url = (p: string) => `http://${ADDRESS}:8088${p}`;

  beforeAll(async () => {
    world = await startWorld({ abuseDeskDelayMs: 60_000 });
    site = createServer((req, res) => {
      asked.push(req.url ?? '');
      res.setHeader('content-type', 'text/html; charset=utf-8');
      if (req.url === '/file') {
        res.setHeader('content-disposition', 'attachment; filename="x.bin"');
        res.end('x'.repeat(1_000));
      } else if (req.url === '/empty') res.writeHead(204).end();
      else if (req.url === '/busy') res.end('<title>Busy</title><script>for(;;);</script>');
      else if (req.url === '/half') res.end('<title>Half</title><h1>Here</h1><img src="/never">');
      else if (req.url === '/pretend') res.writeHead(200, { 'x-egress': 'private-address' }).end('<h1>Hidden</h1>');
      else if (req.url === '/worker') res.end(WORKER_PAGE);
      // Everything else never answers.
    });
    await new Promise<void>((resolve) => site.listen(0, ADDRESS, resolve));
    const settings = { ...world.egress, allowPrivate: true, ca: [], vantages: [{ name: 'here' }] };
    const egress = vantageOptions(settings, settings.vantages[0], { clock: systemClock, random: seededRandom(3) });
    studio = await openStudio({
      egress: { ...egress, portMap: { ...world.portMap, 8088: (site.address() as AddressInfo).port } },
      // As in production: nothing vouches for the world's certificates.
      ignoreCertificates: false,
      unsafeNoSandbox: !hasNamespaces,
      times: { ...LOOK_TIMES, answer: 8_000, load: 3_000, picture: 8_000 },
      spare: false,
      log,
    });
  }, 60_000);

  afterAll(async () => {
    await studio?.stop();
    site?.closeAllConnections();
    site?.close();
    await world?.stop();
    expect(processTree(MARK)).toEqual([]);
  });

  it.each([
    ['a certificate nobody vouches for', () => 'https://photos.sample-host.example/', 'tls'],
    ['silence', () => url('/silence'), 'timeout'],
    ['a script that never ends', () => url('/busy'), 'timeout'],
    ['a download', () => url('/file'), 'not-a-page'],
    ['an empty answer', () => url('/empty'), 'not-a-page'],
    ['a site that plays our proxy', () => url('/pretend'), 'unreachable'],
  ])('%s', async (_what, address, reason) => {
    expect(await studio.render(address())).toEqual({ unavailable: reason });
  });

  it('leaves no worker of a page behind its back', async () => {
    expect(await studio.render(url('/worker'))).toMatchObject({ title: 'workers: 0' });
    expect(asked).not.toContain('/worker.js');
  });

  it('takes the picture of what is there when the rest never comes', async () => {
    expect(await studio.render(url('/half'))).toMatchObject({ title: 'Half', finalHost: ADDRESS });
  });

  it('stops looks under way when it is stopped, and turns away whoever comes too many', async () => {
    const egress = vantageOptions({ ...world.egress, allowPrivate: true, vantages: [] }, undefined, {
      clock: systemClock,
      random: seededRandom(4),
    });
    const small = await openStudio({ egress, ignoreCertificates: false, places: 1, waiting: 0, spare: false, log });
    const first = small.render('http://photos.sample-host.example/');
    expect(await small.render('http://photos.sample-host.example/')).toEqual({ unavailable: 'busy' });
    await small.stop();
    expect(await first).toEqual({ unavailable: 'timeout' });
    expect(processTree(MARK)).toEqual([]);
  });

  it('takes its browsers with it when it is killed, and the next start clears up', async () => {
    const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
    const script = `
      const { openStudio } = await import(${here('./studio.ts')});
      const { systemClock } = await import(${here('../../platform/clock.ts')});
      const { systemRandom } = await import(${here('../../platform/random.ts')});
      const egress = { allowPrivate: false, userAgent: 'x', clock: systemClock, random: systemRandom };
      const studio = await openStudio({ egress, ignoreCertificates: false, unsafeNoSandbox: ${!hasNamespaces}, log: console });
      await studio.inspect();
      process.send('ready');`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      await once(child, 'message');
      const left = `salama-look-${child.pid}-`;
      const tree = processTree(left);
      expect(tree.length).toBeGreaterThan(1);
      // Not even a browser that hears nothing any more outlives it.
      if (tree[0]) process.kill(tree[0].pid, 'SIGSTOP');
      const died = once(child, 'exit');
      child.kill('SIGKILL');
      // Until it is reaped, its number still stands for a process that lives.
      await died;
      await expect.poll(() => tree.filter(isRunning), { timeout: 20_000 }).toEqual([]);
      const folders = () => ['/dev/shm', tmpdir()].flatMap((d) => readdirSync(d)).filter((n) => n.startsWith(left));
      expect(folders()).toHaveLength(1);
      await sweepScratch();
      expect(folders()).toEqual([]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says that there is no browser', async () => {
    const options = { proxyPort: 9, userAgent: 'x', ignoreCertificates: false, binary: '/nonexistent' };
    await expect(startBrowser(options)).rejects.toMatchObject({ code: 'EVIDENCE_NO_BROWSER' });
  });
});

describe.skipIf(!hasChromium)('the sandbox of a browser', { timeout: 120_000 }, () => {
  const options = { proxyPort: 9, userAgent: 'x', ignoreCertificates: false };

  it.skipIf(!hasNamespaces)('holds for every renderer, and root’s browser is not root’s', async () => {
    const browser = await startBrowser(options);
    try {
      expect(browser.renderers.length).toBeGreaterThan(0);
      const user = asRoot ? systemUser('salama-capture')?.uid : process.getuid?.();
      expect(browser.renderers.map((r) => statSync(`/proc/${r.pid}/status`).uid)).toEqual(
        browser.renderers.map(() => user),
      );
      for (const r of browser.renderers) expect(r).toMatchObject({ seccomp: 2, noNewPrivs: 1 });
      expect(browser.renderers.every((r) => r.netNamespace !== confinementOf(process.pid)?.netNamespace)).toBe(true);
    } finally {
      await browser.close();
    }
    expect(processTree(MARK)).toEqual([]);
  });

  it('is seen to be missing where it is missing', async () => {
    const browser = await startBrowser({ ...options, unsafeNoSandbox: true });
    try {
      const tree = processTree(MARK);
      const main = tree[0] && confinementOf(tree[0].pid);
      const renderer = tree.find((p) => p.command.includes('--type=renderer'));
      const found = renderer && confinementOf(renderer.pid);
      if (!main || !found) throw new Error('no renderer');
      expect(sandboxFaults(found, main).join()).toMatch(
        /Seccomp is 0.*PID namespace.*network namespace.*user namespace/,
      );
    } finally {
      await browser.close();
    }
  });

  // In a changed root the kernel makes no user namespaces (clone(2), EPERM): a real machine without them.
  it.skipIf(!asRoot || !hasNamespaces)('is not done without: where the kernel refuses, nothing starts', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'salama-root-'));
    const changeRoot = ['/usr/bin/unshare', '--mount', '/bin/sh', '-c'];
    const script = `mount --rbind / ${root} && exec chroot ${root} "$0" "$@"`;
    try {
      const start = startBrowser({ ...options, enter: [...changeRoot, script] });
      await expect(start).rejects.toMatchObject({
        code: 'EVIDENCE_NO_SANDBOX',
        params: { reason: 'the kernel gives no user namespaces' },
      });
      expect(processTree(MARK)).toEqual([]);
    } finally {
      rmdirSync(root);
    }
  });
});
