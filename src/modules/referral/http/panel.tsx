import type { FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { localPath } from '../../../platform/ui/index.ts';
import { type Actor, can } from '../../identity/index.ts';
import type { Referral } from '../index.ts';
import type { ListedReferral } from '../pages/list-page.tsx';
import { ReferralPanel } from '../pages/panel.tsx';
import type { ReferralRow } from '../schema.ts';

const DAY_MS = 86_400_000;

/** With the names of its body and category, in the reader's language; a body that is gone is named by its id. */
export function listed(referral: Referral, req: FastifyRequest, rows: readonly ReferralRow[]): ListedReferral[] {
  const { country } = referral;
  const names = new Map(country.bodies().map((b) => [b.id, req.tr.text(b.name)]));
  return rows.map((row) => ({
    row,
    body: names.get(row.body) ?? row.body,
    category: req.tr.text(country.category(row.category).name),
  }));
}

export const mayRefer = (actor: Actor) => can(actor, 'referral.prepare', { territory: null });

/** The panel for casework's page of an item. */
export async function itemPanel(referral: Referral, item: string, req: FastifyRequest): Promise<VNode | undefined> {
  if (!can(req.actor, 'referral.read')) return undefined;
  const { store, preservation, casework, country, platform } = referral;
  const [rows, kept, about] = await Promise.all([store.ofItem(item), preservation.ofItem(item), casework.item(item)]);
  const now = platform.clock.now();
  return (
    <ReferralPanel
      item={item}
      rows={listed(referral, req, rows)}
      now={now}
      mayRefer={mayRefer(req.actor)}
      danger={about.danger || about.urgency === 0}
      preservations={{
        item,
        rows: kept.map((row) => ({ row, standing: row.ended_at === null && row.until > now })),
        may: can(req.actor, 'referral.preserve'),
        until: new Date(now.getTime() + country.preservationDays() * DAY_MS).toISOString().slice(0, 10),
        back: localPath(req.url, `/desk/items/${item}`),
      }}
    />
  );
}
