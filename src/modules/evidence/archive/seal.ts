import { createHash, createPublicKey } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { createTranslator } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import {
  encryptTo,
  manifestText,
  packageFiles,
  partOf,
  sha256,
  timeStamp,
  type ZipEntry,
  zip,
} from '../../../platform/sealing/index.ts';
import type { Captured } from '../capture/parts.ts';
import { CAPTURE_BUSY } from '../errors.ts';
import { type CaptureRow, tables } from './schema.ts';

/** Any constant will do; it only has to be the same in every process. */
const CHAIN_LOCK = 7_202_611_283;
/** What the first manifest names as the one before it. */
export const CHAIN_START = Buffer.alloc(32);

export interface Sealed {
  /** The whole package under age. */
  file: Buffer;
  manifestSha256: Buffer;
  deposit: Buffer | undefined;
  stamp: { response: Buffer; at: Date } | { failed: string };
}

/** SHA-256 of a public key (SPKI, DER): how a third person tells ours from another. */
export function keyFingerprint(publicKeyPem: string): string {
  return createHash('sha256')
    .update(createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

type Tools = Pick<Platform, 'config' | 'keys' | 'clock' | 'db' | 'i18n'>;

/** Seals what was captured: list, signature, place in the chain, time-stamp, encryption. Plain text stays in memory. */
export function createSealer(platform: Tools, zone: string) {
  const { config, keys, clock, db, i18n } = platform;

  /** The words that no package goes without, in the languages of the law. */
  const notice = () => ({
    ar: createTranslator(i18n, 'ar', zone).t('evidence.package.notice'),
    fr: createTranslator(i18n, 'fr', zone).t('evidence.package.notice'),
  });

  function readMe(capture: CaptureRow): Buffer {
    const said = (['ar', 'fr', 'en'] as const).map((lang) => {
      const tr = createTranslator(i18n, lang, zone);
      const how = tr.t('evidence.package.how', { key: `${config.publicOrigin}/evidence/key.pem` });
      return `${tr.t('evidence.package.notice')}\n\n${how}\n`;
    });
    const commands = [
      'openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig',
      'openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig',
      'sha256sum --check --strict SHA256SUMS',
      'openssl ts -verify -data manifest.json -in manifest.tsr -CAfile tsa.pem',
    ];
    return Buffer.from(`${[...said, ...commands].join('\n')}\n\n${capture.id}\n`);
  }

  /** One at a time, so that each manifest names the one before it; what is written here stays, whatever happens next. */
  async function enchain(capture: CaptureRow, content: Record<string, unknown>, parts: readonly ZipEntry[]) {
    return transaction(db, async (tx: Db) => {
      await sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`.execute(tx);
      const last = await tables(tx)
        .selectFrom('evidence.capture')
        .select(['seq', 'manifest_sha256'])
        .where('seq', 'is not', null)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      const seq = (last?.seq ?? 0) + 1;
      const previous = last?.manifest_sha256 ?? CHAIN_START;
      const manifest = manifestText(
        { ...content, sequence: seq, previous: previous.toString('hex') },
        parts.map(partOf),
      );
      const signature = keys.signHead(manifest);
      const manifestSha256 = createHash('sha256').update(manifest).digest();
      const given = await tables(tx)
        .updateTable('evidence.capture')
        .set({ seq, previous, manifest_sha256: manifestSha256, signature })
        .where('id', '=', capture.id)
        // A place is given once, to the run that is at it.
        .where('state', '=', 'capturing')
        .where('begun_at', '=', capture.begun_at)
        .where('seq', 'is', null)
        .executeTakeFirst();
      if (given.numUpdatedRows !== 1n) throw CAPTURE_BUSY();
      return { manifest, signature, manifestSha256 };
    });
  }

  return {
    /** @param recipients age keys by id; at least one */
    async seal(capture: CaptureRow, captured: Captured, recipients: ReadonlyMap<string, string>): Promise<Sealed> {
      const at = clock.now();
      const settings = config.evidence.deposit;
      // Bodies are deposited whole or not at all, to one key and under a law that has a name.
      const deposit =
        settings && captured.deposit.length > 0
          ? await encryptTo([settings.recipient], await zip(captured.deposit, at))
          : undefined;
      const key = { path: 'server-key.pem', data: Buffer.from(keys.publicKeyPem) };
      const parts = [
        ...captured.parts.map((part) => ({ path: `parts/${part.path}`, data: part.data })),
        { path: 'README.txt', data: readMe(capture) },
        key,
      ];
      const about = JSON.parse(captured.parts.find((p) => p.path === 'capture.json')?.data.toString() ?? '{}');
      const content = {
        kind: 'e-Salama evidence',
        version: 1,
        notice: notice(),
        capture: capture.id,
        item: capture.item,
        server: config.publicOrigin,
        serverKeySha256: keyFingerprint(keys.publicKeyPem),
        url: about.url,
        finalUrl: about.finalUrl,
        begun: about.begun,
        ended: about.ended,
        sealed: at.toISOString(),
        picturesWithheld: capture.masked,
        sealedTo: [...recipients.values()],
        ...(deposit && settings
          ? {
              deposit: {
                sha256: sha256(deposit),
                bytes: deposit.length,
                bodies: captured.deposit.length,
                sealedTo: settings.recipient,
                legalBasis: settings.legalBasis,
              },
            }
          : {}),
      };
      const { manifest, signature, manifestSha256 } = await enchain(capture, content, parts);
      const stamp = await this.stamp(manifestSha256);
      const token = 'failed' in stamp ? [] : [{ path: 'manifest.tsr', data: stamp.response }];
      const files = packageFiles(manifest, signature, [...token, ...parts], (data) => keys.signHead(data));
      const file = await encryptTo([...recipients.values()], await zip(files, at));
      return { file, manifestSha256, deposit, stamp };
    },

    /** A time-stamp over a manifest, or why there is none. */
    async stamp(manifestSha256: Buffer): Promise<Sealed['stamp']> {
      const url = config.evidence.tsaUrl;
      return url ? timeStamp(url, manifestSha256) : { failed: 'none-configured' };
    },
  };
}
