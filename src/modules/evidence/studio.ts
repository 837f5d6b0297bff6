import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EgressOptions,
  type EgressProxy,
  type ProxyDecision,
  startEgressProxy,
} from '../../platform/egress/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { type BrowserOptions, type ConfinedBrowser, startBrowser } from './browser.ts';
import type { CameraPort, CaptureOrder, CaptureResult } from './capture/parts.ts';
import { take as takeEvidence } from './capture/take.ts';
import { createGate } from './gate.ts';
import { LOOK_TIMES, type LookTimes, look, lookableUrl } from './look.ts';
import { type BrowserNetwork, createBrowserNetwork, type Door } from './network.ts';
import type { RenderingPort, RenderingResult, UnavailableReason } from './rendering.ts';

export interface StudioOptions extends Pick<BrowserOptions, 'ignoreCertificates' | 'unsafeNoSandbox' | 'binary'> {
  log: Pick<Logger, 'warn'>;
  /** The way out, as for every other look. */
  egress: EgressOptions;
  /** Looks at a time. Default 2: a look is bound by the processor. */
  places?: number;
  /** Looks that may wait for one of them. Default 8. */
  waiting?: number;
  /** Whole look, waiting not counted, in milliseconds. Default {@link DEADLINE_MS}. */
  deadlineMs?: number;
  times?: LookTimes;
  /** Keep a fresh, unused browser ready, so that nobody waits for one to start. Default true. */
  spare?: boolean;
}

/** What is known about the browsers here, once one has been started. */
export interface StudioReport {
  /** Whether Seccomp, NoNewPrivs, PID and network namespaces of the renderers were seen to hold. */
  sandboxed: boolean;
  /** Whether the whole browser is in a network namespace with no way but our proxy's. */
  ownNetwork: boolean;
  inMemory: boolean;
}

/** Makes renderings and captures: for each a browser and a proxy of its own, which end with it. */
export interface Studio extends RenderingPort, CameraPort {
  /** Starts a browser and looks at its sandbox. Throws EVIDENCE_NO_BROWSER or EVIDENCE_NO_SANDBOX. */
  inspect(): Promise<StudioReport>;
  /** Ends looks under way and everything that was started. */
  stop(): Promise<void>;
}

/** The whole of one look, in milliseconds. */
export const DEADLINE_MS = 30_000;
const REMEMBERED_DECISIONS = 500;
/** One look's share of the line: pages of pictures fit, films do not. */
const PROXY_LIMITS = { maxBytes: 25 * 1024 * 1024, maxOpen: 64 };

/** A browser that has not seen any page yet, on its own way out. */
interface Stage {
  browser: ConfinedBrowser;
  decisions: ProxyDecision[];
  close(): Promise<void>;
}

/** EVIDENCE_NO_SANDBOX -> no-sandbox, EVIDENCE_NO_BROWSER -> no-browser; whatever else went wrong is `failed`. */
function reasonOf(error: unknown): UnavailableReason {
  if (!(error instanceof AppError)) return 'failed';
  return error.code === 'EVIDENCE_NO_BROWSER'
    ? 'no-browser'
    : error.code === 'EVIDENCE_NO_SANDBOX'
      ? 'no-sandbox'
      : 'failed';
}

/** A browser that was kept ready has shown within so many milliseconds that it still works. */
const ANSWER_MS = 2_000;
const bare = (host: string) => host.replace(/^\[|\]$|\.$/g, '');

export async function openStudio(options: StudioOptions): Promise<Studio> {
  let network: BrowserNetwork | undefined = await createBrowserNetwork();
  const gate = createGate(options.places ?? 2, options.waiting ?? 8);
  const stopping = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  /** A confined browser behind the proxy at `proxyPort`; `closeDoor` shuts the way between them. */
  async function openBrowser(proxyPort: number, acceptKey?: string, signal = stopping.signal) {
    if (network && !network.isAlive()) network = await createBrowserNetwork();
    const door: Door | undefined = await network?.openDoor(proxyPort);
    const closeDoor = () => door?.close();
    try {
      const browser = await startBrowser({
        proxyPort: door?.port ?? proxyPort,
        enter: network?.enter,
        userAgent: options.egress.userAgent,
        ignoreCertificates: acceptKey === undefined && options.ignoreCertificates,
        ...(acceptKey === undefined ? {} : { acceptKey }),
        unsafeNoSandbox: options.unsafeNoSandbox,
        binary: options.binary,
        signal,
      });
      return { browser, closeDoor };
    } catch (error) {
      closeDoor();
      throw error;
    }
  }

  async function prepare(): Promise<Stage> {
    const decisions: ProxyDecision[] = [];
    const onDecision = (decision: ProxyDecision) => {
      decisions.push(decision);
      if (decisions.length > REMEMBERED_DECISIONS) decisions.shift();
    };
    const proxy: EgressProxy = await startEgressProxy(options.egress, { ...PROXY_LIMITS, onDecision });
    try {
      const { browser, closeDoor } = await openBrowser(proxy.port);
      const close = () =>
        browser.close().finally(() => {
          closeDoor();
          return proxy.stop();
        });
      return { browser, decisions, close };
    } catch (error) {
      await proxy.stop();
      throw error;
    }
  }

  let spare: Promise<Stage> | undefined;
  const keepSpare = () => {
    if (spare || stopping.signal.aborted || options.spare === false) return;
    const next = prepare();
    spare = next;
    // Whoever takes a failed one starts another and meets the reason.
    next.catch(() => {
      if (spare === next) spare = undefined;
    });
  };
  /** A browser that was killed a moment ago still counts as alive here: only an answer shows that it is. */
  const answers = async ({ browser }: Stage): Promise<boolean> => {
    if (!browser.isAlive()) return false;
    const answer = browser.page.title().then(
      () => true,
      () => false,
    );
    return Promise.race([answer, sleep(ANSWER_MS, false, { ref: false })]);
  };
  const take = async (): Promise<{ stage: Stage; fresh: boolean }> => {
    const ready = spare;
    spare = undefined;
    const stage = await ready?.catch(() => undefined);
    if (stage && (await answers(stage))) return { stage, fresh: false };
    await stage?.close();
    return { stage: await prepare(), fresh: true };
  };

  /** Resolves when `signal` is aborted, and leaves no listener behind when `done` comes first. */
  const aborted = (signal: AbortSignal, done: AbortSignal) =>
    new Promise<{ unavailable: 'timeout' }>((resolve) => {
      const stop = () => resolve({ unavailable: 'timeout' });
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true, signal: done });
    });

  /** One look with one browser. `again`: it failed with one that had been kept, of which a part may have died meanwhile. */
  async function lookWith(
    coming: ReturnType<typeof take>,
    url: URL,
    late: Promise<{ unavailable: 'timeout' }>,
  ): Promise<{ result: RenderingResult; again: boolean }> {
    let kept = false;
    try {
      const taken = await Promise.race([coming, late]);
      if ('unavailable' in taken) return { result: taken, again: false };
      const { stage } = taken;
      kept = !taken.fresh;
      const outcomeFor = (host: string) => stage.decisions.findLast((d) => d.host === bare(host))?.outcome;
      const result = await Promise.race([look(stage.browser.page, url, outcomeFor, options.times ?? LOOK_TIMES), late]);
      return { result, again: kept && 'unavailable' in result && result.unavailable === 'failed' };
    } catch (error) {
      options.log.warn({ err: error }, 'no browser for a look');
      const reason = reasonOf(error);
      return { result: { unavailable: reason }, again: kept && reason === 'failed' };
    } finally {
      await coming.then(
        ({ stage }) => stage.close(),
        () => undefined,
      );
    }
  }

  async function lookAt(url: URL, signal: AbortSignal): Promise<RenderingResult> {
    const done = new AbortController();
    const late = aborted(signal, done.signal);
    try {
      const first = await lookWith(take(), url, late);
      if (!first.again || signal.aborted) return first.result;
      const fresh = prepare().then((stage) => ({ stage, fresh: true }));
      return (await lookWith(fresh, url, late)).result;
    } finally {
      done.abort();
      keepSpare();
    }
  }

  async function photograph(order: CaptureOrder, url: URL, signal: AbortSignal): Promise<CaptureResult> {
    const ended = new AbortController();
    const late = aborted(signal, ended.signal);
    const work = takeEvidence(order, url, {
      egress: options.egress,
      times: options.times ?? LOOK_TIMES,
      async openBrowser({ proxyPort, acceptKey }) {
        const { browser, closeDoor } = await openBrowser(proxyPort, acceptKey, signal);
        // Whoever hangs up, or a deadline, ends it from outside: what runs in it then fails, and cleans up.
        const stop = () => void browser.close().catch(() => undefined);
        signal.addEventListener('abort', stop, { once: true, signal: ended.signal });
        return { ...browser, close: () => browser.close().finally(closeDoor) };
      },
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      options.log.warn({ err: error }, 'a capture failed');
      return { unavailable: reasonOf(error) };
    } finally {
      await work.catch(() => undefined);
      ended.abort();
    }
  }

  async function inTurn<T>(
    url: string,
    signal: AbortSignal,
    work: (target: URL, signal: AbortSignal) => Promise<T>,
  ): Promise<T | { unavailable: UnavailableReason }> {
    const target = lookableUrl(url);
    if (!target) return { unavailable: 'bad-url' };
    const leave = await gate.enter(signal);
    if (!leave) return { unavailable: signal.aborted ? 'timeout' : 'busy' };
    try {
      return await work(target, AbortSignal.any([signal, AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS)]));
    } finally {
      leave();
    }
  }

  const track = <T>(result: Promise<T>): Promise<T> => {
    const tracked = result.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return tracked;
  };
  const until = (signal: AbortSignal | undefined) => AbortSignal.any([stopping.signal, ...(signal ? [signal] : [])]);

  return {
    render: (url, signal) => track(inTurn(url, until(signal), lookAt)),
    capture: (order, signal) =>
      track(inTurn(order.url, until(signal), (url, ending) => photograph(order, url, ending))),
    async inspect() {
      const { stage } = await take();
      const { renderers, inMemory } = stage.browser;
      // It has seen no page: the first look may have it.
      if (options.spare === false || spare) await stage.close();
      else spare = Promise.resolve(stage);
      return { sandboxed: renderers.length > 0, ownNetwork: network !== undefined, inMemory };
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(underWay);
      await spare?.then((stage) => stage.close()).catch(() => undefined);
      spare = undefined;
      await network?.stop();
    },
  };
}
