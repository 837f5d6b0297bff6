import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkSecondaries,
  FileStore,
  Primary,
  RpzError,
  type SecondarySettings,
  Zone,
} from '../../../../packages/rpz/index.ts';
import { isConnectionError } from '../../../platform/db.ts';
import { ensureAppDir } from '../../../platform/files-dir.ts';
import type { Platform } from '../../../platform/platform.ts';
import { takeOwnership } from '../../../platform/postgres/index.ts';
import { FEED_CHANNEL } from '../feed/feed.ts';
import {
  PARTNER_CHANNEL,
  type PartnersRead,
  partnersOfText,
  partnersText,
  readPartners,
  secondariesOf,
} from '../partners/secondaries.ts';
import { CertificateFiles } from './certificate.ts';
import { allHave, Coordinator, EXPIRE_MS } from './coordinator.ts';
import { listen } from './listen.ts';
import { originOf } from './names.ts';
import {
  type ReportRow,
  readReport,
  reportRows,
  withEarlier,
  writeReport,
  type ZoneReport,
  zonesOf,
} from './report.ts';
import { createSource } from './source.ts';

const POLL_MS = 1000;
/** Contracts begin and end by the clock, without a change of any row. */
const PARTNERS_AGAIN_MS = 60_000;
const REPORT_MS = 3000;
/** How often the report says at least that the role is there. */
const SIGN_OF_LIFE_MS = 30_000;
/** Between two attempts to get the port, in milliseconds. */
const PORT_AGAIN_MS = 2000;
/** After the first partners are known, in milliseconds: everybody is told once more. */
const TOLD_AGAIN_MS = [5000, 30_000];
/** Seconds that a server keeps an answer that a rule made; small, or opening takes as long. */
const TTL = 5;

export interface ZonesRole {
  /** What a start prints. */
  lines: string[];
  /** 0 while the port can't be had. */
  port(): number;
  coordinator: Coordinator;
  primary(): Primary | undefined;
  stop(): Promise<void>;
}

export interface ZonesNeeds extends Pick<Platform, 'config' | 'clock' | 'log' | 'db' | 'keys'> {
  databaseUrl: string;
  /** Minutes after midnight that the clock on the country's wall shows. */
  localMinute(at: Date): number;
  /** Called between what only root may do and the rest. */
  stepDown?(): void;
}

/**
 * The role `zones`: opens the zones of the state folder, serves them, and follows the list. Starts and serves without the
 * database. One process at a time may have the folder.
 */
export async function startZones(needs: ZonesNeeds): Promise<ZonesRole> {
  const { config, clock, log, db, keys } = needs;
  const { zones: settings } = config;
  // Made while we may still be root, for the user that we become.
  const dir = ensureAppDir(config.stateDir, 'zones');
  let stopped = false;
  let primary: Primary | undefined;
  let secondaries: SecondarySettings[] = [];
  let faults: ZoneReport['faults'] = [];
  let earlier: ReportRow[] = [];

  const tlsPort = settings.tls?.port;
  const certificate = settings.tls && new CertificateFiles(settings.tls);
  let pairs: Record<'csam' | 'court', { hot: Zone; base: Zone }> | undefined;
  const all = () => Object.values(pairs ?? {}).flatMap(({ hot, base }) => [hot, base]);
  /** Zones that have been filled once: an empty one would be taken for the list. */
  const filled = () => all().filter((zone) => zone.serial > 0);

  async function open(): Promise<void> {
    primary = await Primary.start({
      listen: { address: settings.host, port: settings.port },
      ...(certificate && tlsPort !== undefined
        ? { tls: { address: settings.host, port: tlsPort, ...certificate.current } }
        : {}),
      zones: filled(),
      secondaries,
      clock: { now: () => clock.now().getTime(), after: (ms, call) => after(ms, call) },
    });
    primary.on('fault', (err) => log.warn({ err }, 'zones: a socket failed'));
  }
  // The port first: it may be one that only root gets. Zones come when they are read; until then nobody is allowed anything.
  await open().catch((err: unknown) => log.error({ err }, 'zones: the port can’t be had; it is tried again'));
  needs.stepDown?.();

  const owner = takeOwnership(dir);
  const openZone = (tier: 'hot' | 'base', basis: 'csam' | 'court') =>
    Zone.open({
      origin: originOf(tier, basis, settings.origin),
      basis,
      ttl: TTL,
      refresh: 60,
      retry: 10,
      expire: EXPIRE_MS / 1000,
      store: new FileStore(path.join(dir, `${tier}.${basis}.journal`)),
      onFault: (err) => log.warn({ err }, 'zones: a journal could not be begun anew'),
    });
  const opened = async (basis: 'csam' | 'court') => ({
    hot: await openZone('hot', basis),
    base: await openZone('base', basis),
  });
  pairs = { csam: await opened('csam'), court: await opened('court') };
  const offered = new Set<Zone>();
  function offer(): void {
    for (const zone of filled()) {
      if (!primary || offered.has(zone)) continue;
      offered.add(zone);
      primary.addZone(zone);
      primary.notify(zone.origin);
    }
  }
  offer();

  const board = () => withEarlier(primary?.board() ?? [], earlier);
  const source = createSource(db);
  const coordinator = new Coordinator({
    pairs,
    source,
    clock,
    log,
    testName: settings.testName,
    markSecret: keys.token('blocking.zone-mark', 'names'),
    markDomains: settings.markDomains,
    rebaseMinute: settings.rebaseMinute,
    localMinute: needs.localMinute,
    everybodyHas: (zone) => allHave(board(), zone, clock.now().getTime()),
  });

  /** Away and back again is said once each; anything else is a fault of ours and said every time. */
  let away = false;
  async function guarded(what: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      if (away) log.info('zones: the database is back');
      away = false;
      return true;
    } catch (err) {
      if (stopped) return false;
      if (!isConnectionError(err)) log.error({ err }, `zones: ${what} failed; it is tried again`);
      else if (!away) log.warn({ err }, 'zones: the database is away; the zones are served as they are');
      away ||= isConnectionError(err);
      return false;
    }
  }

  let partnersVersion = -1;
  let partnersAt = 0;
  /** What was read last, for a start without the database. */
  const kept = path.join(dir, 'partners.json');
  let keptText = '';
  function admit(read: PartnersRead): void {
    const found: ZoneReport['faults'] = [];
    const note = (partner: string, error: unknown) =>
      found.push({ partner, fault: error instanceof RpzError ? error.code : 'key-unreadable' });
    // One wrong row must not take the list from all others.
    secondaries = secondariesOf(read, keys, settings.origin, clock.now(), note).filter((one) => {
      try {
        checkSecondaries([one]);
        return true;
      } catch (error) {
        note(one.id, error);
        return false;
      }
    });
    faults = found;
    primary?.setSecondaries(secondaries);
  }
  async function lookAtPartners(version: number): Promise<void> {
    const read = await readPartners(db);
    admit(read);
    const text = partnersText(read);
    if (text !== keptText) {
      writeFileSync(`${kept}.new`, text, { mode: 0o600, flush: true });
      renameSync(`${kept}.new`, kept);
      keptText = text;
    }
    if (partnersVersion !== version) primary?.notify();
    // Who asked before we knew anybody was refused, and BIND does not ask again by itself for minutes.
    if (partnersVersion === -1) for (const ms of TOLD_AGAIN_MS) after(ms, () => !stopped && primary?.notify());
    partnersVersion = version;
    partnersAt = clock.now().getTime();
  }
  try {
    if (existsSync(kept)) {
      keptText = readFileSync(kept, 'utf8');
      admit(partnersOfText(keptText));
      primary?.notify();
    }
  } catch (err) {
    log.warn({ err }, 'zones: the partners of the last run can’t be read; the database has them');
  }

  function lookAtCertificate(): void {
    const trouble = (err: unknown) =>
      log.warn({ err }, 'zones: the new certificate can’t be used; the one of before is, and it is tried again');
    if (!certificate?.look(trouble)) return;
    primary?.setCertificate(certificate.current);
    log.info({ until: certificate.until }, 'zones: the new certificate is in use');
  }

  /** The last request for a re-base that was done; undefined before the last report was read. */
  let rebased: number | undefined;
  let rebasing = false;
  function rebase(number: number): void {
    if (rebasing) return;
    rebasing = true;
    void kick('re-basing', async () => {
      await coordinator.rebase();
      offer();
      rebased = number;
    }).then(() => {
      rebasing = false;
    });
  }

  const rounds = new Map<string, Promise<void>>();
  /** Runs `work`; asked again while it runs, once more after it. */
  function kick(name: string, work: () => Promise<unknown>): Promise<void> {
    const next = (rounds.get(name) ?? Promise.resolve()).then(async () => {
      if (!stopped) await guarded(name, work);
    });
    rounds.set(name, next);
    return next;
  }
  let waiting = false;
  const follow = () => {
    // A burst of notifications is one look.
    if (waiting) return;
    waiting = true;
    void kick('following', () => {
      waiting = false;
      return coordinator.follow().then(offer);
    });
  };
  const partners = () => void kick('partners', async () => lookAtPartners((await source.heads()).partners));

  let written = '';
  let writtenAt = 0;
  async function report(): Promise<void> {
    const now = clock.now();
    const state: ZoneReport = {
      feed: coordinator.feed,
      zones: zonesOf(pairs as NonNullable<typeof pairs>, settings.markDomains.length),
      standing: coordinator.standing(),
      rows: reportRows(board(), secondaries),
      endpoint: primary
        ? {
            address: settings.host,
            port: primary.port,
            tlsPort: primary.tlsPort ?? null,
            ...(certificate ? { certificateUntil: certificate.until.toISOString() } : {}),
          }
        : null,
      ...(rebased === undefined ? {} : { rebased }),
      faults,
    };
    const text = JSON.stringify(state);
    if (text === written && now.getTime() - writtenAt < SIGN_OF_LIFE_MS) return;
    await writeReport(db, state, now, text !== written);
    written = text;
    writtenAt = now.getTime();
  }

  async function poll(): Promise<void> {
    let restored = false;
    let reported = 0;
    let tried = performance.now();
    while (!stopped) {
      if (!primary && performance.now() - tried > PORT_AGAIN_MS) {
        tried = performance.now();
        await open().catch(() => {});
        for (const zone of filled()) if (primary) offered.add(zone);
        if (primary) log.info({ port: (primary as Primary).port }, 'zones: the port is ours now');
      }
      lookAtCertificate();
      await guarded('polling', async () => {
        if (!restored) {
          const last = await readReport(db);
          earlier = last?.report.rows ?? [];
          coordinator.remember(last?.report.standing ?? []);
          restored = true;
          rebased = last?.report.rebased;
        }
        const heads = await source.heads();
        // Who never ran begins with a new base anyway.
        rebased ??= heads.rebase;
        // Another number, not only a greater one: a restored database counts some of them again.
        if (heads.rebase !== rebased) rebase(heads.rebase);
        if (heads.partners !== partnersVersion || clock.now().getTime() - partnersAt > PARTNERS_AGAIN_MS) partners();
        if (heads.feed !== coordinator.feed) {
          if (heads.feed < coordinator.feed) coordinator.forget();
          follow();
        }
        await coordinator.tend();
        if (performance.now() - reported > REPORT_MS) {
          reported = performance.now();
          await report();
        }
      });
      await sleep(POLL_MS);
    }
  }

  partners();
  const listener = listen(
    needs.databaseUrl,
    [FEED_CHANNEL, PARTNER_CHANNEL],
    (channel) => (channel === FEED_CHANNEL ? follow() : partners()),
    log,
  );
  const polling = poll();

  return {
    lines: primary ? [`Zones of the national list   ${settings.host} port ${(primary as Primary).port}`] : [],
    port: () => primary?.port ?? 0,
    coordinator,
    primary: () => primary,
    async stop() {
      stopped = true;
      await listener.stop();
      await primary?.close();
      await polling;
      await Promise.all(rounds.values());
      await Promise.all(all().map((zone) => zone.close()));
      owner.release();
    },
  };
}

function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
