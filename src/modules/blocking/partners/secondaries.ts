import type { KeySettings, NotifyTarget, SecondarySettings } from '../../../../packages/rpz/index.ts';
import type { Db } from '../../../platform/db.ts';
import type { Keyring } from '../../../platform/keys.ts';
import { type Mac, macOf } from '../feeds/mark.ts';
import { type PartnerKeyRow, type PartnerRow, tables } from '../schema.ts';
import { companionsFor } from '../zones/marks.ts';
import { originsFor } from '../zones/names.ts';

/** Told with every change of partners and keys. */
export const PARTNER_CHANNEL = 'blocking_partner';

export const keyContext = (id: string) => `blocking.partner_key:${id}`;

/** The secret of a key that is not retired, as Base64. */
export function openSecret(keys: Keyring, row: Pick<PartnerKeyRow, 'id' | 'data_key' | 'secret'>): string | undefined {
  if (!row.data_key || !row.secret) return undefined;
  return keys.openRecordKey(row.data_key, keyContext(row.id)).openText(row.secret, 'secret');
}

export function notifyTarget(text: string): NotifyTarget {
  const [address = '', port] = text.split(' ');
  return port === undefined ? { address } : { address, port: Number(port) };
}

/** Whether the contract is in force. */
export const inForce = (row: Pick<PartnerRow, 'from_at' | 'until_at'>, now: Date): boolean =>
  row.from_at <= now && (row.until_at === null || row.until_at > now);

/**
 * How the primary knows a partner. Without a key only who has nothing of the csam basis, or comes over TLS from an address of
 * the contract: what is on that list must not circulate.
 */
export function secondaryOf(
  row: PartnerRow,
  keys: readonly KeySettings[],
  origin: string,
  mac: Mac,
): SecondarySettings {
  const byAddress = row.tls_only || !row.bases.includes('csam');
  return {
    id: row.id,
    zones: originsFor(row.bases, origin),
    keys,
    unsignedFrom: byAddress ? row.addresses : [],
    tlsOnly: row.tls_only,
    notify: row.notify.map(notifyTarget),
    // By the contract, not by its keys: these change.
    companions: companionsFor(mac, row.id),
  };
}

/** What the primary has to know of partners; secrets are sealed in it, so it may lie on disk for times without the database. */
export interface PartnersRead {
  partners: PartnerRow[];
  keys: Pick<PartnerKeyRow, 'id' | 'partner' | 'name' | 'algorithm' | 'data_key' | 'secret' | 'created_at'>[];
}

export async function readPartners(db: Db): Promise<PartnersRead> {
  const partners = await tables(db).selectFrom('blocking.partner').selectAll().orderBy('id').execute();
  const keys = await tables(db)
    .selectFrom('blocking.partner_key')
    .select(['id', 'partner', 'name', 'algorithm', 'data_key', 'secret', 'created_at'])
    .where('state', '!=', 'retired')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return { partners, keys };
}

const BYTES = ['data_key', 'secret'];
const MOMENTS = ['from_at', 'until_at', 'created_at', 'changed_at'];

export const partnersText = (read: PartnersRead): string =>
  JSON.stringify(read, function (this: Record<string, unknown>, name, value) {
    return BYTES.includes(name) && Buffer.isBuffer(this[name]) ? (this[name] as Buffer).toString('base64') : value;
  });

/** @throws SyntaxError when the text is not whole */
export const partnersOfText = (text: string): PartnersRead =>
  JSON.parse(text, (name, value) => {
    if (typeof value !== 'string') return value;
    if (BYTES.includes(name)) return Buffer.from(value, 'base64');
    return MOMENTS.includes(name) ? new Date(value) : value;
  }) as PartnersRead;

/** Every partner whose contract is in force, with the keys that are accepted. A key that can't be opened is told to `fault`. */
export function secondariesOf(
  { partners, keys: rows }: PartnersRead,
  keys: Keyring,
  origin: string,
  now: Date,
  fault: (partner: string, error: unknown) => void,
): SecondarySettings[] {
  const mac = macOf(keys, 'zone');
  return partners
    .filter((p) => inForce(p, now))
    .map((partner) => {
      const live: KeySettings[] = [];
      for (const row of rows.filter((k) => k.partner === partner.id)) {
        try {
          const secret = openSecret(keys, row);
          if (secret) live.push({ name: row.name, algorithm: row.algorithm, secret, since: row.created_at.getTime() });
        } catch (error) {
          fault(partner.id, error);
        }
      }
      return secondaryOf(partner, live, origin, mac);
    });
}
