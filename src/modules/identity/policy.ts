import type { AppError } from '../../platform/errors.ts';
import type { Actor, ApiScope, StaffActor } from './actor.ts';
import { FORBIDDEN, PASSKEY_NEEDED, SIGN_IN } from './errors.ts';
import { needsPasskey, type Role } from './roles.ts';

/**
 * What must hold between an actor and one record, besides the role:
 * - `territory`: the record lies in the actor's territory (an actor for the whole country always passes);
 * - `own-organisation`: the record belongs to the actor's organisation;
 * - `not-self`: the record is not the actor's own account;
 * - `second-person`: the actor did not do what is now to be judged (four eyes);
 * - `member`: the record is one of the actor's own family, or of another circle that names its accounts;
 * - `passkey`: the session was proved by a passkey, also for roles that need none otherwise.
 */
export type Condition = 'territory' | 'own-organisation' | 'not-self' | 'second-person' | 'member' | 'passkey';

export interface Rule {
  roles: readonly Role[];
  when?: readonly Condition[];
  /** Organisations' systems may do it too, with a key of this scope; the same conditions hold for them. */
  scope?: ApiScope;
}

const READERS = ['analyst', 'senior-analyst', 'on-call'] as const;
const DESK = [...READERS, 'helpline', 'supervisor'] as const;

/** The one table of who may do what. There is no role check anywhere else. */
export const POLICY = {
  // reports
  'report.intake.operator': { roles: DESK },
  // A file of thousands: not for the phone.
  'report.intake.bulk': { roles: ['analyst', 'senior-analyst', 'supervisor'] },
  // How the mailbox of reports stands; no word of a mail is on that page.
  'mailbox.read': { roles: ['senior-analyst', 'on-call', 'supervisor', 'administrator'] },
  'mailbox.manage': { roles: ['supervisor', 'administrator'] },
  'report.intake.machine': { roles: [], scope: 'reports:write' },
  'report.status.machine': { roles: [], scope: 'reports:read', when: ['own-organisation'] },
  'draft.unfinished.read': { roles: DESK, when: ['territory'] },
  'narrative.read': { roles: [...READERS, 'helpline'], when: ['territory'] },
  'message.reply': { roles: [...READERS, 'helpline'], when: ['territory'] },
  // Who reported is opened by those who call back, and by the custodian; never by those who judge content.
  'contact.read': { roles: ['on-call', 'helpline', 'custodian'], when: ['territory'] },
  'whereabouts.open': { roles: ['on-call'] },
  // Supervisors are paged when nobody answers: they must be able to take it.
  'danger.acknowledge': { roles: ['on-call', 'supervisor'] },
  'danger.refer': { roles: READERS, when: ['territory'] },
  // items
  'item.queue.read': { roles: DESK },
  'item.read': { roles: DESK, when: ['territory'] },
  'item.lock': { roles: READERS, when: ['territory'] },
  // Whoever finds it more or less urgent than the facts say may put it there, with a reason.
  'item.prioritise': { roles: [...READERS, 'supervisor'], when: ['territory'] },
  'clock.read': { roles: ['supervisor'] },
  'item.tree.edit': { roles: ['analyst', 'senior-analyst'], when: ['territory'] },
  'item.assess': { roles: ['analyst', 'senior-analyst'], when: ['territory'] },
  'item.verify': { roles: ['senior-analyst'], when: ['territory', 'second-person'] },
  // Between two judgements decides somebody who made neither.
  'item.disagreement.decide': { roles: ['supervisor'], when: ['territory', 'second-person'] },
  'item.view-rendering': { roles: ['analyst', 'senior-analyst'], when: ['territory'] },
  // cases
  'case.read': { roles: DESK, when: ['territory'] },
  'case.edit': { roles: [...READERS, 'supervisor'], when: ['territory'] },
  // evidence
  'evidence.read': { roles: ['analyst', 'senior-analyst', 'supervisor'], when: ['territory'] },
  'evidence.take': { roles: ['analyst', 'senior-analyst'], when: ['territory'] },
  // Opening shows content: those who verify, and those who investigate. A custodian opens identities, never content.
  'evidence.open': { roles: ['senior-analyst'], when: ['territory'] },
  'evidence.download': { roles: ['senior-analyst'], when: ['territory'] },
  // Those who investigate: captures of what was referred to their organisation, in their territory, and no others.
  'evidence.referred.read': { roles: ['police'], when: ['own-organisation', 'territory'] },
  'evidence.referred.open': { roles: ['police'], when: ['own-organisation', 'territory'] },
  'evidence.referred.download': { roles: ['police'], when: ['own-organisation', 'territory'] },
  'evidence.key.manage': { roles: ['senior-analyst', 'police'] },
  // Who touched what, without what it is about.
  'custody.read': { roles: ['senior-analyst', 'supervisor', 'auditor'] },
  // takedown
  'notice.read': { roles: DESK },
  'notice.prepare': { roles: ['analyst', 'senior-analyst'] },
  'notice.send': { roles: ['analyst', 'senior-analyst'] },
  // Whether the host that somebody named behind a reverse proxy is written to: who named it may be whom it is about.
  'notice.origin.decide': { roles: ['analyst', 'senior-analyst'] },
  'notice.hold.decide': { roles: ['senior-analyst', 'supervisor'] },
  'dispute.decide': { roles: ['senior-analyst', 'supervisor'], when: ['second-person'] },
  // That the owner of a site may be told, who may be the one who did it: on the police's word, or a supervisor's.
  'notice.owner.clear': { roles: ['senior-analyst', 'supervisor'] },
  // Why cases stand still, and which law would free them; numbers only.
  'law-lab.read': { roles: ['senior-analyst', 'supervisor', 'programme-manager'] },
  'provider.edit': { roles: ['senior-analyst', 'supervisor'] },
  // the national list
  'block.read': { roles: ['analyst', 'senior-analyst', 'supervisor'] },
  'block.propose': { roles: ['analyst', 'senior-analyst'] },
  // A court's order is typed in by whoever answers for the programme; what goes on the list must be as safe as reports.
  'block.order.propose': { roles: ['supervisor', 'programme-manager'], when: ['passkey'] },
  // Of orders only, for those who typed them: the rest of the list is not for the ministry to read.
  'block.order.read': { roles: ['analyst', 'senior-analyst', 'supervisor', 'programme-manager'], when: ['passkey'] },
  // Two people put it on the list, the second one without a hand in it. One takes it off.
  'block.approve': { roles: ['senior-analyst'], when: ['second-person'] },
  'block.release': { roles: ['senior-analyst', 'supervisor'], when: ['second-person'] },
  'block.reject': { roles: ['senior-analyst', 'supervisor'] },
  'block.remove': { roles: ['senior-analyst', 'supervisor'] },
  'block.rollback': { roles: ['senior-analyst', 'supervisor'] },
  'block.review': { roles: ['senior-analyst', 'supervisor'], when: ['second-person'] },
  // The key to the public log's lines about one address, for its owner or a court.
  'block.opening.give': { roles: ['supervisor'] },
  'block.appeal.read': { roles: ['senior-analyst', 'supervisor'] },
  'block.appeal.decide': { roles: ['senior-analyst', 'supervisor'], when: ['second-person'] },
  // safe access: parents see their own family, teachers their own school, and nobody at the desk sees either. Of what
  // families say against a list's category, the desk gets the site and nothing of who said it.
  'family.create': { roles: ['parent'] },
  'family.manage': { roles: ['parent'], when: ['member'] },
  'school.manage': { roles: ['teacher'], when: ['own-organisation'] },
  // A school's line, from its contract; an administrator sees no class by it.
  'access.network.manage': { roles: ['administrator'] },
  'access.contest.read': { roles: ['senior-analyst', 'supervisor'] },
  'access.contest.decide': { roles: ['senior-analyst', 'supervisor'] },
  // Who fetches the list's zones, and how far each server is; no name of the list is on those pages.
  'zones.board.read': { roles: ['senior-analyst', 'supervisor', 'administrator'] },
  // A key opens the whole list: whoever hands it out must be as hard to impersonate as those who read reports.
  'zones.partner.manage': { roles: ['supervisor', 'administrator'], when: ['passkey'] },
  // Everybody's servers fetch a large zone again: a moment's load for each, so not everybody may ask for it.
  'zones.rebase': { roles: ['supervisor', 'administrator'], when: ['passkey'] },
  // The other side: the own servers, configurations and keys, nobody else's.
  'zones.own': { roles: ['partner'], when: ['own-organisation'] },
  // Files of a court's entries, and look-ups by salted hash of what shows abuse: organisations' systems only.
  'block.feed.machine': { roles: [], scope: 'blocks:read' },
  'block.hashes.machine': { roles: [], scope: 'hashes:read' },
  // Lists of names by kind of content for families' filters: public lists, no word of a report.
  'filter-list.read': { roles: ['supervisor', 'programme-manager', 'administrator'] },
  'filter-list.manage': { roles: ['administrator'] },
  // Counts by provider, country, network and category; no content and no reporter is in them.
  'takedown.figures.read': { roles: ['senior-analyst', 'supervisor', 'programme-manager', 'observer'] },
  // referral
  // The door of the desk's room, for both sides; which records they see is decided record by record.
  'referral.desk': { roles: [...DESK, 'custodian', 'police', 'care-worker'] },
  'referral.read': { roles: [...DESK, 'custodian'] },
  'referral.prepare': { roles: READERS, when: ['territory'] },
  'referral.review': { roles: ['custodian', 'supervisor'], when: ['second-person'] },
  // What a body said by telephone or letter, written down for it.
  'referral.record-answer': { roles: ['senior-analyst', 'on-call', 'supervisor'] },
  'referral.preserve': { roles: ['senior-analyst', 'supervisor', 'custodian'] },
  // The other side: only what was referred to the own organisation, in the own territory.
  'referral.receive': { roles: ['police', 'care-worker'], when: ['own-organisation', 'territory'] },
  'referral.may-proceed': { roles: ['police'], when: ['own-organisation', 'territory'] },
  // the people who answer
  'helpline.queue.read': { roles: ['helpline', 'on-call', 'supervisor'] },
  'helpline.answer': { roles: ['helpline', 'on-call'], when: ['territory'] },
  // A supervisor reads what was answered, never what was told.
  'helpline.quality.review': { roles: ['supervisor'], when: ['territory', 'second-person'] },
  'helpline.figures.read': { roles: ['helpline', 'supervisor', 'programme-manager'] },
  // a child's care plan: those who care for the child, and nobody of the family
  'care.plan.read': { roles: ['helpline', 'care-worker', 'supervisor'], when: ['territory'] },
  'care.plan.write': { roles: ['helpline', 'care-worker'], when: ['territory'] },
  'care.override.decide': { roles: ['helpline', 'supervisor'], when: ['territory', 'second-person'] },
  // who reported: asked for with a reason, opened by the custodian, for a time; to somebody here, or, by a referral, to a
  // body outside
  'identity-access.request': { roles: ['analyst', 'senior-analyst', 'helpline'], when: ['territory'] },
  'identity-access.decide': { roles: ['custodian'], when: ['second-person'] },
  'identity-access.list': { roles: ['analyst', 'senior-analyst', 'helpline', 'custodian'] },
  // those who look
  'wellbeing.choose': { roles: ['analyst', 'senior-analyst'] },
  'wellbeing.totals.read': { roles: ['supervisor'] },
  // retention
  'retention.read': { roles: ['supervisor', 'custodian'] },
  'retention.hold.manage': { roles: ['supervisor', 'custodian'] },
  // How far people agree, in totals; nobody is named.
  'quality.read': { roles: ['supervisor'] },
  // figures
  'figures.internal.read': { roles: ['supervisor', 'programme-manager', 'observer'] },
  'figures.publish': { roles: ['supervisor', 'programme-manager'] },
  // the house
  'desk.open': {
    roles: [...DESK, 'custodian', 'police', 'care-worker', 'programme-manager', 'observer', 'administrator', 'auditor'],
  },
  'account.read': { roles: ['administrator'] },
  'account.manage': { roles: ['administrator'], when: ['not-self'] },
  // Whoever hands out access to reports must be as hard to impersonate as those who get it.
  'account.grant-reading': { roles: ['administrator'], when: ['not-self', 'passkey'] },
  'organisation.manage': { roles: ['administrator'] },
  'apikey.manage': { roles: ['administrator'] },
  'rota.read': { roles: ['on-call', 'supervisor', 'administrator'] },
  'rota.manage': { roles: ['supervisor', 'administrator'] },
  'country.overlay.edit': { roles: ['administrator'] },
  'audit.read': { roles: ['auditor'] },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof POLICY;
export const ACTIONS = Object.keys(POLICY) as Action[];

/** What the policy has to know about a record. A condition whose field is missing does not hold. */
export interface RecordRef {
  organisationId?: string;
  /** Every code that covers the place (province, region); null or empty = no place known: national staff only. */
  territory?: readonly string[] | null;
  /** The account that the record is. */
  accountId?: string;
  /** Accounts that did what is now to be judged. */
  doneBy?: readonly string[];
  /** Accounts whose own the record is: the parents of a family. */
  members?: readonly string[];
}

export type Decision = 'allowed' | 'sign-in' | 'passkey' | 'forbidden';

/** Whether the session was proved by something that can't be phished; the demonstration counts as that for itself. */
export function isStrong(actor: StaffActor): boolean {
  return actor.factors.includes('passkey') || actor.factors.includes('demo');
}

function holds(condition: Condition, actor: Exclude<Actor, { kind: 'visitor' }>, record: RecordRef): boolean {
  if (condition === 'own-organisation') return record.organisationId === actor.organisationId;
  if (actor.kind === 'machine') return false;
  switch (condition) {
    case 'territory':
      return actor.territory === null || (record.territory ?? []).some((code) => actor.territory?.includes(code));
    case 'not-self':
      return record.accountId !== undefined && record.accountId !== actor.accountId;
    case 'second-person':
      return record.doneBy !== undefined && !record.doneBy.includes(actor.accountId);
    case 'member':
      return record.members?.includes(actor.accountId) ?? false;
    case 'passkey':
      return isStrong(actor);
  }
}

const rule = (action: Action): Rule => POLICY[action];

/** Roles that may do this to some record. */
export const rolesFor = (action: Action): readonly Role[] => rule(action).roles;

/** The decision before any record is known: what {@link decide} says at best. */
export function decideEver(actor: Actor, action: Action): Decision {
  const { roles, scope, when = [] } = rule(action);
  if (actor.kind === 'visitor') return 'sign-in';
  if (actor.kind === 'machine') return scope !== undefined && actor.scopes.includes(scope) ? 'allowed' : 'forbidden';
  if (actor.assurance !== 'full') return 'sign-in';
  if (!actor.roles.some((role) => roles.includes(role))) return 'forbidden';
  if (!isStrong(actor) && (needsPasskey(actor.roles) || when.includes('passkey'))) return 'passkey';
  return 'allowed';
}

/**
 * Decides about one record. Pure. Without a record, conditions on records do not hold (except where an actor for the
 * whole country meets `territory`): a caller that forgets the record is refused, not let through.
 */
export function decide(actor: Actor, action: Action, record: RecordRef = {}): Decision {
  const first = decideEver(actor, action);
  if (first !== 'allowed' || actor.kind === 'visitor') return first;
  return (rule(action).when ?? []).every((condition) => holds(condition, actor, record)) ? 'allowed' : 'forbidden';
}

export function can(actor: Actor, action: Action, record?: RecordRef): boolean {
  return decide(actor, action, record) === 'allowed';
}

/** Whether there can be any record at all on which the actor may do this: for menus and the doors of pages. */
export function mayEver(actor: Actor, action: Action): boolean {
  return decideEver(actor, action) === 'allowed';
}

/** Whether these roles can ever do this, whoever holds them: for lists of people, where nobody acts yet. */
export function rolesMay(roles: readonly Role[], action: Action): boolean {
  return roles.some((role) => rule(action).roles.includes(role));
}

export function refusal(decision: Exclude<Decision, 'allowed'>): AppError {
  if (decision === 'sign-in') return SIGN_IN();
  return decision === 'passkey' ? PASSKEY_NEEDED() : FORBIDDEN();
}

/** Throws IDENTITY_SIGN_IN, IDENTITY_PASSKEY_NEEDED or IDENTITY_FORBIDDEN unless the actor may. */
export function authorize(actor: Actor, action: Action, record?: RecordRef): void {
  const decision = decide(actor, action, record);
  if (decision !== 'allowed') throw refusal(decision);
}
