import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { AppError } from '../../platform/errors.ts';
import { systemUser } from '../../platform/users.ts';
import { NO_BROWSER, NO_SANDBOX } from './errors.ts';
import {
  type Confinement,
  confinementOf,
  isRunning,
  type ProcessEntry,
  processTree,
  sandboxFaults,
} from './sandbox.ts';
import { makeScratch, type Scratch } from './scratch.ts';

/** The binary itself: Debian's launcher would add its own flags, extensions and API keys. */
const BINARIES = ['/usr/lib/chromium/chromium', '/usr/bin/chromium'];
const CAPTURE_USER = 'salama-capture';
const LAUNCH_MS = 20_000;
export const VIEWPORT = { width: 1280, height: 800 };

export interface BrowserOptions {
  /** Port on 127.0.0.1 of the guarded proxy: the browser's only way out. */
  proxyPort: number;
  /** As the looks of checks have it, so that a site does not treat them apart. */
  userAgent: string;
  /** Accept any certificate: demonstration and tests, whose authority Chromium can't be told about. */
  ignoreCertificates: boolean;
  /**
   * SHA-256 of one public key in base64, accepted for every site and nothing else: that of the recording gate, which
   * checks the sites' own certificates.
   */
  acceptKey?: string;
  /** Commands to go through before the browser starts, each of which runs the rest; see `BrowserNetwork`. */
  enter?: readonly string[];
  /** For tests of our own harmless pages on machines without user namespaces. */
  unsafeNoSandbox?: boolean;
  /** Default: where Debian puts it. */
  binary?: string;
  /** Gives up a start that is under way. */
  signal?: AbortSignal;
}

export interface ConfinedBrowser {
  page: Page;
  context: BrowserContext;
  /** What was found about its renderers before any page was opened; empty with `unsafeNoSandbox`. */
  renderers: Confinement[];
  /** Whether its profile lies in memory. */
  inMemory: boolean;
  isAlive(): boolean;
  /** Kills every process of it and removes its files. */
  close(): Promise<void>;
}

/** Features that call home, prompt, or change an address that we were asked to look at. */
const FEATURES_OFF = [
  'AimEnabled',
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'DestroyProfileOnBrowserClose',
  'DialMediaRouteProvider',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'Translate',
];

/** All of Chromium's flags. Playwright's own list is not taken: it weakens some protections for the sake of tests. */
function chromiumFlags(options: BrowserOptions, scratch: Scratch): string[] {
  return [
    '--headless',
    '--hide-scrollbars',
    '--mute-audio',
    `--window-size=${VIEWPORT.width},${VIEWPORT.height}`,
    '--force-color-profile=srgb',
    '--disable-gpu',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-back-forward-cache',
    '--disable-background-networking',
    '--disable-breakpad',
    '--disable-component-extensions-with-background-pages',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-field-trial-config',
    '--disable-notifications',
    '--disable-search-engine-choice-screen',
    '--disable-speech-api',
    '--disable-sync',
    '--metrics-recording-only',
    '--no-pings',
    '--no-service-autorun',
    '--password-store=basic',
    // Sites that hide from machines would show us another page than the one that was reported.
    '--disable-blink-features=AutomationControlled',
    `--disable-features=${FEATURES_OFF.join(',')}`,
    '--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies',
    // Most of the holes in V8 need its compilers; a look can wait for an interpreter.
    '--js-flags=--jitless',
    // Every byte goes through the guarded proxy: no other protocol, no other resolver, loopback included.
    '--disable-quic',
    `--proxy-server=http://127.0.0.1:${options.proxyPort}`,
    '--proxy-bypass-list=<-loopback>',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    ...(scratch.inMemory ? [] : ['--disable-dev-shm-usage']),
    ...(options.unsafeNoSandbox ? ['--no-sandbox'] : []),
    ...(options.acceptKey ? [`--ignore-certificate-errors-spki-list=${options.acceptKey}`] : []),
    `--user-data-dir=${scratch.profile}`,
    '--remote-debugging-pipe',
    'about:blank',
  ];
}

/** The user that the browser runs as: `salama-capture` when we are root, else ourselves. */
function browserUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = systemUser(CAPTURE_USER);
  if (!user) throw NO_SANDBOX({ reason: `the user ${CAPTURE_USER} does not exist` });
  return user;
}

/**
 * The command that becomes the browser: each program replaces itself by the next, so that one process, leader of its
 * own group, is what is started, what is checked and what is killed. No core dumps: they would hold what was looked at.
 */
function command(options: BrowserOptions, scratch: Scratch, user: ReturnType<typeof browserUser>, binary: string) {
  const drop = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--inh-caps=-all'] : [];
  const environment = [`HOME=${scratch.home}`, `TMPDIR=${scratch.home}/tmp`, 'PATH=/usr/bin', 'LANG=C.UTF-8'];
  return [
    ...(options.enter ?? []),
    ...['/usr/bin/prlimit', '--core=0'],
    ...['/usr/bin/setpriv', ...drop, '--no-new-privs', '--pdeathsig=KILL'],
    ...['/usr/bin/env', '-i', ...environment],
    binary,
    ...chromiumFlags(options, scratch),
  ];
}

/**
 * Waits until every renderer is confined; a new one takes a moment. Throws EVIDENCE_NO_SANDBOX.
 * @param apart the browser as a whole must be in another network namespace than we
 */
async function assertSandbox(scratch: Scratch, apart: boolean): Promise<Confinement[]> {
  const ours = confinementOf(process.pid)?.netNamespace;
  let faults = ['no renderer was found'];
  for (let tries = 0; tries < 40; tries++) {
    const tree = processTree(scratch.profile);
    const browser = tree[0] && confinementOf(tree[0].pid);
    const renderers = tree
      .filter((p) => p.command.includes('--type=renderer'))
      .flatMap((p) => confinementOf(p.pid) ?? []);
    if (browser && renderers.length > 0) {
      faults = renderers.flatMap((r) => sandboxFaults(r, browser));
      if (apart && browser.netNamespace === ours) faults.push('the browser shares our network');
      if (faults.length === 0) return renderers;
    }
    await sleep(50);
  }
  throw NO_SANDBOX({ reason: [...new Set(faults)].join(', ') });
}

/** Kills the browser's process group and whatever else descends from it, and waits until all of them are gone. */
async function killTree(scratch: Scratch): Promise<void> {
  const known = new Map<number, ProcessEntry>();
  for (let tries = 0; tries < 250; tries++) {
    for (const entry of processTree(scratch.dir)) known.set(entry.pid, entry);
    const running = [...known.values()].filter(isRunning);
    if (running.length === 0) return;
    for (const { pid } of running) {
      for (const target of [-pid, pid]) {
        try {
          process.kill(target, 'SIGKILL');
        } catch {
          // Not the leader of a group, or already gone.
        }
      }
    }
    await sleep(20);
  }
  throw new Error('the browser could not be killed');
}

/**
 * Starts Chromium with its real sandbox on a fresh profile and proves that the sandbox holds before any page is opened.
 * One page, scripts on, nothing allowed that would need a permission, no downloads, no service workers.
 * Throws EVIDENCE_NO_BROWSER or EVIDENCE_NO_SANDBOX; nothing is left running or lying about then.
 */
export async function startBrowser(options: BrowserOptions): Promise<ConfinedBrowser> {
  const binary = options.binary ?? BINARIES.find((b) => existsSync(b));
  if (!binary || !existsSync(binary)) throw NO_BROWSER();
  const user = browserUser();
  const scratch = makeScratch(user);
  let context: BrowserContext | undefined;
  const giveUp = () => void killTree(scratch).catch(() => undefined);
  options.signal?.addEventListener('abort', giveUp, { once: true });
  const close = async () => {
    options.signal?.removeEventListener('abort', giveUp);
    await killTree(scratch);
    // Playwright has noticed, or does now; there is nothing left that could answer it.
    await context?.close().catch(() => undefined);
    await scratch.remove();
  };
  try {
    const [executablePath, ...args] = command(options, scratch, user, binary) as [string, ...string[]];
    // Large, and of the processes that know this module only one starts browsers.
    const { chromium } = await import('playwright-core');
    context = await chromium.launchPersistentContext(scratch.profile, {
      executablePath,
      args,
      ignoreDefaultArgs: true,
      headless: true,
      artifactsDir: scratch.dir,
      timeout: LAUNCH_MS,
      // Stopping is the business of whoever called us.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      viewport: VIEWPORT,
      userAgent: options.userAgent,
      ignoreHTTPSErrors: options.ignoreCertificates,
      acceptDownloads: false,
      serviceWorkers: 'block',
    });
    options.signal?.throwIfAborted();
    const renderers = options.unsafeNoSandbox ? [] : await assertSandbox(scratch, options.enter !== undefined);
    // Granting nothing refuses everything, without a prompt.
    await context.grantPermissions([]);
    const page = context.pages()[0] ?? (await context.newPage());
    context.on('page', (other) => other !== page && void other.close().catch(() => undefined));
    const main = processTree(scratch.profile)[0];
    const isAlive = () => main !== undefined && isRunning(main);
    return { page, context, renderers, inMemory: scratch.inMemory, isAlive, close };
  } catch (error) {
    await close();
    if (error instanceof AppError) throw error;
    const told = error instanceof Error ? error.message : String(error);
    // What Chromium says when the kernel gives it neither user namespaces nor a setuid helper.
    if (/No usable sandbox|sandboxing failed|crbug\.com\/(357670|638180)/.test(told))
      throw NO_SANDBOX({ reason: 'the kernel gives no user namespaces' }, { cause: error });
    throw error;
  }
}
