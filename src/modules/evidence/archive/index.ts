import path from 'node:path';
import { personalParts } from '../../../../packages/web-address/index.ts';
import { type Db, transaction } from '../../../platform/db.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineEvent } from '../../../platform/events.ts';
import { createFileStore, type FileStore } from '../../../platform/files/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { sha256 } from '../../../platform/sealing/index.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Identity } from '../../identity/index.ts';
import type { Retention } from '../../retention/index.ts';
import type { CameraPort, Captured } from '../capture/parts.ts';
import {
  CAPTURE_BUSY,
  CAPTURE_STATE,
  CAPTURE_UNKNOWN,
  KEY_DOES_NOT_OPEN,
  NO_OPENER,
  NOT_AN_ADDRESS,
  NOT_SEALED,
  PERSONAL_LINK,
} from '../errors.ts';
import { takeCapture } from './capture.job.ts';
import { createCustody } from './custody.ts';
import { createOpeners } from './keys.ts';
import { registerRetention } from './retention.ts';
import { type CaptureRow, type CustodyDeed, tables } from './schema.ts';
import { createSealer, type Sealed } from './seal.ts';
import { afterCapture, type CaptureEvent } from './state.ts';

/** A package of this item is sealed and kept: what was there is safe. */
export const evidenceSealed = defineEvent<{ capture: string; item: string; at: Date }>('evidence.sealed');

export interface ArchiveDeps {
  casework: Casework;
  country: Country;
  identity: Identity;
  camera: CameraPort;
  retention?: Retention;
  /** Where sealed packages are kept; default `<state>/files`. */
  files?: FileStore;
}

export interface Asked {
  /** A person has seen that the address may have been made for somebody, and wants it fetched all the same. */
  confirmed: boolean;
  /** Keep no pictures although the category would allow it. */
  mask: boolean;
}

/** A time-stamp that did not come is asked for again after this long, in milliseconds. */
const STAMP_AGAIN_MS = 10 * 60_000;
const STAMP_TICK_MS = 60_000;
const LISTED = 100;
/** A job may come twice. Whoever began has this long, in milliseconds, before another may think that it died. */
const TURN_MS = 5 * 60_000;

/** Where the address led and what stood on its page, for the tree of items. */
const seenBy = ({ finalUrl, media }: Captured['facts']) => [
  { url: finalUrl, kind: 'redirect' as const },
  ...(media ?? []).map((url) => ({ url, kind: 'media' as const })),
];

const packageName = (id: string) => `evidence/${id}.age`;
const depositName = (id: string) => `evidence/${id}.deposit.age`;

/** Captures that are kept: asked for, taken, sealed, opened, and who touched them. */
export function createArchive(platform: Platform, deps: ArchiveDeps) {
  const { db, clock, random, jobs, ticks, events, config, log } = platform;
  const { casework, country, identity, camera } = deps;
  const files = deps.files ?? createFileStore(path.join(config.stateDir, 'files'));
  if (deps.retention)
    registerRetention(deps.retention, { casework, clock, files, namesOf: (id) => [packageName(id), depositName(id)] });
  const custody = createCustody(platform);
  const openers = createOpeners(platform, custody, identity);
  const sealer = createSealer(platform, country.pack().pack.zone);

  async function get(id: string, tx: Db = db, lock = false): Promise<CaptureRow> {
    let query = tables(tx).selectFrom('evidence.capture').selectAll().where('id', '=', id);
    if (lock) query = query.forUpdate();
    const row = await query.executeTakeFirst();
    if (!row) throw CAPTURE_UNKNOWN();
    return row;
  }

  async function move(tx: Db, row: CaptureRow, event: CaptureEvent, patch: Partial<CaptureRow> = {}): Promise<void> {
    const state = afterCapture(row.state, event);
    if (!state) throw CAPTURE_STATE({ state: row.state, event });
    await tables(tx)
      .updateTable('evidence.capture')
      .set({ ...patch, state })
      .where('id', '=', row.id)
      .execute();
  }

  async function fail(id: string, reason: string): Promise<void> {
    await transaction(db, async (tx) => {
      await move(tx, await get(id, tx, true), 'failed', { reason });
      await custody.record(tx, { capture: id, actor: 'system', what: 'failed', detail: { reason } });
    });
  }

  /** The capture, locked; throws when another run has begun it since. */
  async function ownTurn(tx: Db, row: CaptureRow): Promise<CaptureRow> {
    const now = await get(row.id, tx, true);
    if (now.begun_at?.getTime() !== row.begun_at?.getTime()) throw CAPTURE_BUSY();
    return now;
  }

  async function keep(row: CaptureRow, captured: Captured, sealed: Sealed, sealedTo: string[]): Promise<void> {
    const { id, item } = row;
    await files.put(packageName(id), sealed.file);
    if (sealed.deposit) await files.put(depositName(id), sealed.deposit);
    const { stamp } = sealed;
    await transaction(db, async (tx) => {
      const at = clock.now();
      const timed = !('failed' in stamp);
      const own = await ownTurn(tx, row);
      // First of all: the tree's lock comes before the locks of items, here as in casework.
      await casework.tree.addSeen(tx, { parent: item, seen: seenBy(captured.facts), actor: 'system' });
      await move(tx, own, timed ? 'sealed' : 'sealed-untimed', {
        sealed_at: at,
        facts: JSON.stringify({ ...captured.facts, finalUrl: undefined, media: undefined }),
        package_sha256: Buffer.from(sha256(sealed.file), 'hex'),
        package_bytes: sealed.file.length,
        sealed_to: sealedTo,
        deposit_sha256: sealed.deposit ? Buffer.from(sha256(sealed.deposit), 'hex') : null,
        deposit_bytes: sealed.deposit?.length ?? null,
        stamp: timed ? stamp.response : null,
        stamped_at: timed ? stamp.at : null,
        stamp_error: timed ? null : stamp.failed,
        next_stamp_at: timed ? null : new Date(at.getTime() + STAMP_AGAIN_MS),
      });
      const detail = {
        manifest: sealed.manifestSha256.toString('hex'),
        package: sha256(sealed.file),
        bytes: sealed.file.length,
        timed,
        keys: sealedTo.length,
        deposit: sealed.deposit !== undefined,
      };
      await custody.record(tx, { capture: id, actor: 'system', what: 'sealed', detail });
      await events.emit(tx, evidenceSealed, { capture: id, item, at });
      // Bytes that were judged before are decided by that, and nobody has to see them again.
      const { mediaSha256 } = captured.facts;
      if (mediaSha256)
        await casework.known.seen(tx, {
          item,
          sha256: Buffer.from(mediaSha256, 'hex'),
          source: 'evidence',
          account: row.requested_by,
        });
    });
  }

  /** The whole of one capture. A process that dies in it leaves 'capturing', and the job comes again. */
  async function run(id: string): Promise<void> {
    const row = await transaction(db, async (tx) => {
      const found = await get(id, tx, true);
      if (!afterCapture(found.state, 'begun')) return undefined;
      const begun = clock.now();
      // Thrown, so that the job comes again: by then it is done, or its turn is over.
      if (found.begun_at && begun.getTime() - found.begun_at.getTime() < TURN_MS) throw CAPTURE_BUSY();
      await move(tx, found, 'begun', { begun_at: begun });
      return { ...found, state: 'capturing' as const, begun_at: begun };
    });
    if (!row) return;
    // Died after its place in the chain was given: that place stays, with nothing behind it.
    if (row.seq !== null) return fail(id, 'interrupted');
    const recipients = await openers.recipients();
    if (recipients.size === 0) return fail(id, 'no-opener');
    const deposit = row.masked && config.evidence.deposit !== undefined;
    const result = await camera.capture({ url: row.url, mask: row.masked, deposit });
    if ('unavailable' in result) return fail(id, result.unavailable);
    await transaction(db, (tx) =>
      custody.record(tx, {
        capture: id,
        actor: 'system',
        what: 'captured',
        detail: { requests: result.facts.requests, withheld: result.facts.withheld, bytes: result.facts.bytes },
      }),
    );
    try {
      await keep(row, result, await sealer.seal(row, result, recipients), [...recipients.keys()]);
    } catch (error) {
      log.error({ err: error, capture: id }, 'a capture could not be sealed');
      if (error instanceof AppError && error.code === 'EVIDENCE_CAPTURE_BUSY') throw error;
      await fail(id, 'not-sealed');
    }
  }

  async function stampDue(now: Date): Promise<void> {
    const due = await tables(db)
      .selectFrom('evidence.capture')
      .selectAll()
      .where('state', '=', 'sealed-untimed')
      .where('next_stamp_at', '<=', now)
      .orderBy('next_stamp_at')
      .limit(20)
      .execute();
    for (const { id, manifest_sha256: manifest } of due) {
      if (!manifest) continue;
      const stamp = await sealer.stamp(manifest);
      await transaction(db, async (tx) => {
        const row = await get(id, tx, true);
        if (row.state !== 'sealed-untimed') return;
        if ('failed' in stamp) {
          const next = new Date(clock.now().getTime() + STAMP_AGAIN_MS);
          await tables(tx)
            .updateTable('evidence.capture')
            .set({ next_stamp_at: next, stamp_error: stamp.failed })
            .where('id', '=', id)
            .execute();
          return;
        }
        await move(tx, row, 'stamped', {
          stamp: stamp.response,
          stamped_at: stamp.at,
          stamp_error: null,
          next_stamp_at: null,
        });
        await custody.record(tx, { capture: id, actor: 'system', what: 'stamped' });
      });
    }
  }

  jobs.handle(takeCapture, ({ capture }) => run(capture));
  ticks.every('evidence.stamp', STAMP_TICK_MS, stampDue);

  /** Whether pictures must stay out: by the category's rule, and as long as nobody has judged the item. */
  async function mustMask(item: string): Promise<boolean> {
    const { category } = await casework.item(item);
    return country.category(category).sexual || (await casework.latestAssessment(item)) === undefined;
  }

  function sealedOnly(row: CaptureRow): CaptureRow {
    if (row.purged_at || (row.state !== 'sealed' && row.state !== 'sealed-untimed')) throw NOT_SEALED();
    return row;
  }

  async function handOver(
    row: CaptureRow,
    name: string,
    account: string,
    what: CustodyDeed,
    key?: string,
  ): Promise<Buffer> {
    const file = await files.get(name);
    if (!file) throw NOT_SEALED();
    // On record before the first byte leaves.
    await transaction(db, (tx) =>
      custody.record(tx, { capture: row.id, actor: `account:${account}`, what, ...(key ? { key } : {}) }),
    );
    return file;
  }

  return {
    custody,
    openers,
    get: (id: string) => get(id),
    mustMask,

    /**
     * Asks for a capture of an item's address.
     * @throws EVIDENCE_NOT_AN_ADDRESS, EVIDENCE_NO_OPENER, EVIDENCE_PERSONAL_LINK without a person's confirmation
     */
    async request(item: string, account: string, asked: Asked): Promise<string> {
      const { kind, url } = await casework.item(item);
      if (kind !== 'url' || !url) throw NOT_AN_ADDRESS();
      if ((await openers.recipients()).size === 0) throw NO_OPENER();
      const personal = personalParts(url);
      if (personal.length > 0 && !asked.confirmed) throw PERSONAL_LINK();
      const masked = asked.mask || (await mustMask(item));
      const id = uuidv7(clock, random);
      await transaction(db, async (tx) => {
        const blank = { begun_at: null, reason: null, facts: null, seq: null, previous: null, manifest_sha256: null };
        const unsealed = {
          signature: null,
          sealed_at: null,
          package_sha256: null,
          package_bytes: null,
          sealed_to: null,
        };
        const untimed = { deposit_sha256: null, deposit_bytes: null, stamp: null, stamped_at: null };
        await tables(tx)
          .insertInto('evidence.capture')
          .values({
            ...{ id, item, state: 'requested', url, masked, requested_by: account, requested_at: clock.now() },
            ...blank,
            ...unsealed,
            ...untimed,
            stamp_error: null,
            next_stamp_at: null,
          })
          .execute();
        const detail = { masked, personalLink: personal.length > 0 };
        await custody.record(tx, { capture: id, actor: `account:${account}`, what: 'requested', detail });
        await jobs.enqueue(tx, takeCapture, { capture: id });
      });
      return id;
    },

    /** Newest first. */
    ofItem: (item: string): Promise<CaptureRow[]> =>
      tables(db)
        .selectFrom('evidence.capture')
        .selectAll()
        .where('item', '=', item)
        .orderBy('requested_at', 'desc')
        .limit(LISTED)
        .execute(),

    /** The newest of all, or of these items. */
    async newest(items?: readonly string[]): Promise<CaptureRow[]> {
      if (items?.length === 0) return [];
      let q = tables(db).selectFrom('evidence.capture').selectAll();
      if (items) q = q.where('item', 'in', items);
      return q.orderBy('requested_at', 'desc').orderBy('id', 'desc').limit(LISTED).execute();
    },

    /** The sealed package, for somebody who opens it in the browser with this key of theirs. */
    async open(id: string, account: string, key: string): Promise<Buffer> {
      const row = sealedOnly(await get(id));
      const mine = (await openers.own(account)).find((k) => k.id === key);
      if (!mine || !row.sealed_to?.includes(key)) throw KEY_DOES_NOT_OPEN();
      return handOver(row, packageName(id), account, 'opened', key);
    },

    /** The picture in an opened package was made clear, for this long in milliseconds. */
    async looked(id: string, account: string, ms: number): Promise<void> {
      const row = await get(id);
      await transaction(db, async (tx) => {
        await custody.record(tx, { capture: row.id, actor: `account:${account}`, what: 'looked', detail: { ms } });
      });
      await casework.addExposure(account, ms);
    },

    async download(id: string, account: string): Promise<Buffer> {
      return handOver(sealedOnly(await get(id)), packageName(id), account, 'downloaded');
    },

    async downloadDeposit(id: string, account: string): Promise<Buffer> {
      const row = sealedOnly(await get(id));
      if (!row.deposit_sha256) throw NOT_SEALED();
      return handOver(row, depositName(id), account, 'deposit-downloaded');
    },

    /** The time-stamp that came after the package was sealed, or that is in it. */
    async downloadStamp(id: string, account: string): Promise<Buffer> {
      const row = await get(id);
      if (!row.stamp) throw NOT_SEALED();
      await transaction(db, (tx) =>
        custody.record(tx, { capture: id, actor: `account:${account}`, what: 'stamp-downloaded' }),
      );
      return row.stamp;
    },
  };
}
export type Archive = ReturnType<typeof createArchive>;
