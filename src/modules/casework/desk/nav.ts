import type { Translator } from '../../../platform/i18n/index.ts';
import type { DeskNavItem } from '../../../platform/ui/index.ts';
import { type Action, type Actor, mayEver } from '../../identity/index.ts';

/** How much waits in the rooms; what is not given shows no number. */
export interface DeskCounts {
  queue?: number;
  danger?: number;
  notices?: number;
  blocking?: number;
  clocks?: number;
  /** Judgements that wait for a second person, and for somebody who decides between two. */
  verify?: number;
  disagreements?: number;
  referrals?: number;
  helpline?: number;
  /** Mails that could not be read. */
  mailbox?: number;
  /** Lists that changed so much that somebody decides. */
  lists?: number;
}

const ROOMS: readonly (Pick<DeskNavItem, 'id' | 'icon'> & {
  href: string;
  action: Action;
  count?: keyof DeskCounts;
})[] = [
  { id: 'queue', href: '/desk', icon: 'inbox', action: 'item.queue.read', count: 'queue' },
  { id: 'danger', href: '/desk/danger', icon: 'siren', action: 'item.queue.read', count: 'danger' },
  { id: 'cases', href: '/desk/cases', icon: 'folder', action: 'case.read' },
  { id: 'clocks', href: '/desk/clocks', icon: 'alarm-clock', action: 'clock.read', count: 'clocks' },
  { id: 'verify', href: '/desk/verify', icon: 'eye', action: 'item.verify', count: 'verify' },
  {
    id: 'disagreements',
    href: '/desk/disagreements',
    icon: 'split',
    action: 'item.disagreement.decide',
    count: 'disagreements',
  },
  { id: 'helpline', href: '/desk/helpline', icon: 'message-circle', action: 'helpline.queue.read', count: 'helpline' },
  { id: 'care', href: '/desk/care', icon: 'hand-heart', action: 'care.plan.read' },
  { id: 'unfinished', href: '/desk/unfinished', icon: 'file-clock', action: 'draft.unfinished.read' },
  { id: 'notices', href: '/desk/notices', icon: 'send', action: 'notice.read', count: 'notices' },
  { id: 'blocking', href: '/desk/blocking', icon: 'ban', action: 'block.order.read', count: 'blocking' },
  { id: 'zones', href: '/desk/zones', icon: 'network', action: 'zones.board.read' },
  { id: 'zones-own', href: '/partner/zones', icon: 'network', action: 'zones.own' },
  { id: 'contests', href: '/desk/contests', icon: 'flag', action: 'access.contest.read' },
  { id: 'referrals', href: '/desk/referrals', icon: 'shield', action: 'referral.desk', count: 'referrals' },
  { id: 'providers', href: '/desk/providers', icon: 'building', action: 'provider.edit' },
  { id: 'law-lab', href: '/desk/law-lab', icon: 'scale', action: 'law-lab.read' },
  {
    id: 'takedown-figures',
    href: '/desk/takedown-figures',
    icon: 'gauge',
    action: 'takedown.figures.read',
  },
  { id: 'evidence', href: '/desk/evidence', icon: 'archive', action: 'custody.read' },
  { id: 'evidence-referred', href: '/desk/evidence', icon: 'archive', action: 'evidence.referred.read' },
  { id: 'evidence-keys', href: '/desk/keys', icon: 'key-round', action: 'evidence.key.manage' },
  { id: 'new-report', href: '/desk/report/new', icon: 'phone-incoming', action: 'report.intake.operator' },
  { id: 'bulk', href: '/desk/bulk', icon: 'file-up', action: 'report.intake.bulk' },
  { id: 'mailbox', href: '/desk/mailbox', icon: 'mailbox', action: 'mailbox.read', count: 'mailbox' },
  { id: 'quality', href: '/desk/quality', icon: 'scale', action: 'quality.read' },
  { id: 'wellbeing', href: '/desk/wellbeing', icon: 'coffee', action: 'wellbeing.choose' },
  { id: 'totals', href: '/desk/wellbeing', icon: 'coffee', action: 'wellbeing.totals.read' },
  { id: 'figures', href: '/figures', icon: 'chart-column', action: 'desk.open' },
  { id: 'admin-accounts', href: '/desk/admin/accounts', icon: 'users', action: 'account.read' },
  { id: 'admin-api-keys', href: '/desk/admin/api-keys', icon: 'key-round', action: 'apikey.manage' },
  { id: 'admin-rota', href: '/desk/admin/rota', icon: 'calendar-clock', action: 'rota.read' },
  { id: 'networks', href: '/desk/admin/networks', icon: 'network', action: 'access.network.manage' },
  { id: 'admin-help-lines', href: '/desk/admin/help-lines', icon: 'phone', action: 'country.overlay.edit' },
  { id: 'admin-bodies', href: '/desk/admin/bodies', icon: 'landmark', action: 'country.overlay.edit' },
  { id: 'lists', href: '/desk/lists', icon: 'list-filter', action: 'filter-list.read', count: 'lists' },
  { id: 'retention', href: '/desk/retention', icon: 'archive', action: 'retention.read' },
  { id: 'identities', href: '/desk/identities', icon: 'user-lock', action: 'identity-access.list' },
  { id: 'audit', href: '/desk/audit', icon: 'scroll-text', action: 'audit.read' },
];

/** The rooms of the desk that this person may enter, in order, with what waits in them. */
export function deskNav(tr: Translator, actor: Actor, counts: DeskCounts = {}): DeskNavItem[] {
  return ROOMS.filter((room) => mayEver(actor, room.action)).map(({ id, href, icon, count }) => {
    const waiting = count ? counts[count] : undefined;
    return {
      id,
      // The public figures have their language in the address, as every public page has.
      href: id === 'figures' ? `/${tr.lang}${href}` : href,
      icon,
      label: tr.t(`casework.nav.${id}`),
      ...(waiting !== undefined ? { count: waiting } : {}),
    };
  });
}
