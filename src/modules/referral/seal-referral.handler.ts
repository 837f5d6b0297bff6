import { transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Casework, securityForcesTold } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import type { Disclosure } from '../disclosure/index.ts';
import type { Reporting } from '../reporting/index.ts';
import { referralSent } from './events.ts';
import type { Mails } from './mails.ts';
import type { Gathering } from './package/gather.ts';
import type { Packaging } from './package/make.ts';
import { type PackageRow, tables } from './schema.ts';
import type { Store } from './store.ts';
import type { Warnings } from './warning.ts';

const HOUR_MS = 3_600_000;

export interface SealNeeds {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  store: Store;
  gathering: Gathering;
  packaging: Packaging;
  mails: Mails;
  warnings: Pick<Warnings, 'tell'>;
  disclosure: Pick<Disclosure, 'carries'>;
  /** Public age keys that open every package besides the body's own. */
  recovery: readonly string[];
}

/** Makes, signs and seals the package of a referral that is to go, and tells everybody. Twice is once. */
export function createSealer(platform: Platform, needs: SealNeeds) {
  const { db, clock, random, keys, events } = platform;
  const { casework, reporting, country, store, gathering, packaging, mails, warnings, disclosure } = needs;

  return async ({ referral: id }: { referral: string }): Promise<void> => {
    const row = await store.get(id);
    if (row.state !== 'sealing') return;
    const body = store.body(row.body);
    // As it was when the referral was sent: its time may run out in the seconds that sealing takes.
    const named = await disclosure.carries(id, row.changed_at);
    const holdUntil = row.hold ? new Date(clock.now().getTime() + body.times.holdHours * HOUR_MS) : null;
    const document = await gathering.document(
      { ...row, hold_until: holdUntil },
      store.sealedFields(row),
      body,
      named.includes('contact'),
    );
    const made = await packaging.make(document, country.pack().pack.zone);
    const made_at = clock.now();
    const packageId = uuidv7(clock, random);
    const facts = {
      id: packageId,
      referral: id,
      round: row.round + 1,
      sha256: made.sha256,
      pages: made.pages,
      made_at,
    };
    let kept: PackageRow;
    if (body.ageKeys.length > 0) {
      const recipients = [...new Set([...body.ageKeys, ...needs.recovery])];
      const sealed = await packaging.seal(recipients, made.zip);
      kept = { ...facts, sealed_for: 'keys', recipients, bytes: sealed.length, data_key: null, sealed };
    } else {
      const { wrapped, key } = keys.newRecordKey(`referral.package:${packageId}`);
      const sealed = key.seal(made.zip, 'package');
      kept = { ...facts, sealed_for: 'session', recipients: [], bytes: sealed.length, data_key: wrapped, sealed };
    }
    await transaction(db, async (tx) => {
      const now = await store.locked(tx, id);
      // Taken back, or changed and sent once more, while the package was made: another job makes that one.
      if (now.state !== 'sealing' || now.round !== row.round || now.changed_at.getTime() !== row.changed_at.getTime())
        return;
      await tables(tx).insertInto('referral.package').values(kept).execute();
      const { score, missing } = document.completeness;
      const sent = await store.move(
        tx,
        id,
        'sealed',
        'system',
        {
          round: kept.round,
          organisation: body.organisation,
          hold_until: holdUntil,
          hold_reminded: false,
          sent_at: now.sent_at ?? made_at,
          score,
          missing,
        },
        {
          round: kept.round,
          sha256: kept.sha256,
          // For a body without a key this server keeps what it could open: said in the log, and on the desk.
          sealedFor: kept.sealed_for,
          pages: kept.pages,
          contact: document.included.contact,
          words: document.included.words,
          accounts: document.included.accounts,
          place: document.included.place,
        },
      );
      await casework.note(tx, sent.item, `account:${sent.created_by}`, 'referred', { code: sent.code, body: body.id });
      await warnings.tell(tx, id);
      if (sent.tell_reporter && sent.round === 1)
        await reporting.mailbox.addProgress(tx, await casework.reportsOf(sent.item, tx), 'referred');
      await mails.toBody(tx, sent, 'new');
      if (body.kind === 'police' || body.kind === 'prosecutor')
        await events.emit(tx, securityForcesTold, { items: [sent.item], at: made_at });
      await events.emit(tx, referralSent, {
        referral: id,
        item: sent.item,
        code: sent.code,
        body: body.id,
        hold: sent.hold,
        holdUntil: sent.hold_until,
        at: made_at,
      });
    });
  };
}
