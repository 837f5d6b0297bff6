import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { DEVICE_KINDS, type Device, type Devices } from '../api.ts';
import { INVALID, TOO_MANY, UNKNOWN } from '../errors.ts';
import { tables } from '../schema.ts';
import { labelOf } from './profiles.ts';
import type { Store } from './store.ts';
import { isDeviceId, newDeviceId } from './tokens.ts';

const MAX_DEVICES = 20;

export function createDevices(platform: Platform, store: Store): Devices {
  const { db, clock, random } = platform;

  const profileOf = async (tx: typeof db, device: string): Promise<string> => {
    if (!isDeviceId(device)) throw UNKNOWN();
    const row = await tables(tx)
      .selectFrom('safe_access.device')
      .select('profile')
      .where('id', '=', device)
      .executeTakeFirst();
    if (!row) throw UNKNOWN();
    return row.profile;
  };

  return {
    add: (actor, profile, given) =>
      transaction(db, async (tx) => {
        const row = await store.owned(tx, actor, profile);
        if (!DEVICE_KINDS.includes(given.kind)) throw INVALID({ what: 'kind' });
        if ((await store.devices(tx, row)).length >= MAX_DEVICES) throw TOO_MANY({ max: MAX_DEVICES });
        const id = newDeviceId(random);
        await tables(tx)
          .insertInto('safe_access.device')
          .values({
            id,
            profile,
            kind: given.kind,
            label: store.keyOf(row).seal(labelOf(given.label), `device:${id}`),
            created_at: clock.now(),
            seen_on: null,
          })
          .execute();
        await store.touch(tx, profile);
        // The id is a key to ask as this device: not for the audit trail.
        await store.audit(tx, actor, 'device.added', `profile:${profile}`, { kind: given.kind });
        return (await store.devices(tx, row)).find((d) => d.id === id) as Device;
      }),

    rename: (actor, device, label) =>
      transaction(db, async (tx) => {
        const profile = await profileOf(tx, device);
        const row = await store.owned(tx, actor, profile);
        const sealed = store.keyOf(row).seal(labelOf(label), `device:${device}`);
        await tables(tx).updateTable('safe_access.device').set({ label: sealed }).where('id', '=', device).execute();
        await store.audit(tx, actor, 'device.renamed', `profile:${profile}`);
      }),

    readdress: (actor, device) =>
      transaction(db, async (tx) => {
        const profile = await profileOf(tx, device);
        const row = await store.owned(tx, actor, profile);
        // Once more, now that the profile is locked: somebody else may have done it meanwhile.
        const before = await tables(tx)
          .selectFrom('safe_access.device')
          .select(['label'])
          .where('id', '=', device)
          .where('profile', '=', profile)
          .executeTakeFirst();
        if (!before) throw UNKNOWN();
        const id = newDeviceId(random);
        const key = store.keyOf(row);
        const label = key.seal(key.openText(before.label, `device:${device}`), `device:${id}`);
        // What its test page kept belongs to the old one. Where the new one was seen is not known yet.
        await sql`delete from safe_access.device_check where device = ${device}`.execute(tx);
        await tables(tx)
          .updateTable('safe_access.device')
          .set({ id, label, seen_on: null })
          .where('id', '=', device)
          .execute();
        await store.touch(tx, profile);
        // Neither id: the new one is a key, and the old one may be in somebody's hands.
        await store.audit(tx, actor, 'device.readdressed', `profile:${profile}`);
        return (await store.devices(tx, row)).find((d) => d.id === id) as Device;
      }),

    revoke: (actor, device) =>
      transaction(db, async (tx) => {
        const profile = await profileOf(tx, device);
        await store.owned(tx, actor, profile);
        await tables(tx).deleteFrom('safe_access.device').where('id', '=', device).execute();
        await store.touch(tx, profile);
        await store.audit(tx, actor, 'device.revoked', `profile:${profile}`);
      }),

    known: (device) =>
      profileOf(db, device).then(
        () => true,
        () => false,
      ),
  };
}
