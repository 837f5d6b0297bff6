import type { Db } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Route } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Referral } from '../../referral/index.ts';
import { type HotlineRow, type NoticeRow, tables } from '../schema.ts';

export interface HotlineNeeds {
  country: Country;
  referral: Referral | undefined;
}

/** Whom a judgement concerns when the content is hosted abroad: the colleagues there. */
export function createHotline(platform: Platform, needs: HotlineNeeds) {
  const { clock } = platform;
  const { country, referral } = needs;
  const home = country.pack().pack.id.toUpperCase();

  const find = (tx: Db, item: string): Promise<HotlineRow | undefined> =>
    tables(tx).selectFrom('takedown.hotline').selectAll().where('item', '=', item).executeTakeFirst();

  /** The pack's hotline for a country; inactive ones too: a draft may wait until there is an agreement. */
  const bodyFor = (hostedIn: string, category: NoticeRow['category']) =>
    country
      .bodies()
      .find(
        (b) =>
          b.kind === 'foreign-hotline' &&
          b.countries?.includes(hostedIn) &&
          (b.categories === 'all' || b.categories.includes(category)),
      );

  return {
    find,

    /** Where the newest judgement leads. */
    async onAssessed(tx: Db, event: { item: string; routes: readonly Route[] }): Promise<void> {
      const wanted = event.routes.includes('foreign-hotline');
      await tables(tx)
        .insertInto('takedown.hotline')
        .values({ item: event.item, wanted, body: null, country: null, referral: null, at: null })
        .onConflict((c) => c.column('item').doUpdateSet({ wanted }))
        .execute();
    },

    /**
     * Makes the draft to the hotline of where it is hosted, once for an item; the ladder's row is locked by the caller.
     * Answers the step that was done, or undefined. Runs beside notices, it stops none.
     */
    async prepare(tx: Db, notice: NoticeRow): Promise<{ referral: string | null; body: string | null } | undefined> {
      const hostedIn = notice.hosted_in;
      if (!referral || !hostedIn || hostedIn === home) return undefined;
      const row = await tables(tx)
        .selectFrom('takedown.hotline')
        .selectAll()
        .where('item', '=', notice.item)
        .forUpdate()
        .executeTakeFirst();
      // Hosted elsewhere since: another country's colleagues, but never the same twice.
      if (!row?.wanted || row.referral || row.country === hostedIn) return undefined;
      const body = bodyFor(hostedIn, notice.category);
      const urgency = country.category(notice.category).urgency;
      const made = body
        ? await referral.drafting.propose(tx, {
            item: notice.item,
            body: body.id,
            category: notice.category,
            urgency: urgency === 'low' ? 'normal' : urgency,
            why: country.category(notice.category).name[body.language],
            by: notice.assessed_by,
          })
        : null;
      await tables(tx)
        .updateTable('takedown.hotline')
        .set({ body: body?.id ?? null, country: hostedIn, referral: made, at: clock.now() })
        .where('item', '=', notice.item)
        .execute();
      return { referral: made, body: body?.id ?? null };
    },

    bodyName: (id: string) => country.bodies().find((b) => b.id === id)?.name,
    /** Hosted abroad, and nobody to tell there. */
    missing: (row: HotlineRow | undefined): boolean =>
      row?.wanted === true && row.country !== null && row.body === null,
    isAbroad: (hostedIn: string | null): boolean => hostedIn !== null && hostedIn !== home,
  };
}
export type Hotline = ReturnType<typeof createHotline>;
