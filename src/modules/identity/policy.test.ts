import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Factor, MachineActor, StaffActor } from './actor.ts';
import { VISITOR } from './actor.ts';
import { ACTIONS, type Action, authorize, can, decide, mayEver, POLICY, type Rule } from './policy.ts';
import { needsPasskey, READING_ROLES, ROLES, type Role } from './roles.ts';

const staff = (roles: Role[], over: Partial<StaffActor> = {}): StaffActor => ({
  kind: 'staff',
  accountId: 'me',
  name: 'Salma',
  lang: 'ar',
  roles,
  organisationId: 'org',
  territory: null,
  assurance: 'full',
  factors: ['passkey'],
  sessionId: 's',
  ...over,
});

/**
 * The whole matrix as it is meant, role by role. Read it as the law; the
 * table in policy.ts is the implementation. A change there must be repeated here, on purpose.
 */
const MEANT: Record<Role, Action[]> = {
  learner: [],
  teacher: ['school.manage'],
  parent: ['family.create', 'family.manage'],
  partner: ['zones.own'],
  association: [],
  analyst: [
    'block.read',
    'block.propose',
    'block.order.read',

    'report.intake.bulk',
    'case.read',
    'case.edit',
    'referral.desk',
    'referral.read',
    'referral.prepare',
    'identity-access.request',
    'identity-access.list',
    'wellbeing.choose',
    'report.intake.operator',
    'draft.unfinished.read',
    'narrative.read',
    'message.reply',
    'danger.refer',
    'item.queue.read',
    'item.read',
    'item.lock',
    'item.prioritise',
    'item.assess',
    'item.tree.edit',
    'item.view-rendering',
    'evidence.read',
    'evidence.take',
    'notice.read',
    'notice.prepare',
    'notice.send',
    'notice.origin.decide',
    'desk.open',
  ],
  'senior-analyst': [
    'mailbox.read',
    'zones.board.read',
    'block.read',
    'block.propose',
    'block.order.read',
    'block.approve',
    'block.release',
    'block.reject',
    'block.remove',
    'block.rollback',
    'block.review',
    'block.appeal.read',
    'block.appeal.decide',
    'access.contest.read',
    'access.contest.decide',

    'report.intake.bulk',
    'case.read',
    'case.edit',
    'referral.desk',
    'referral.read',
    'referral.prepare',
    'referral.record-answer',
    'referral.preserve',
    'identity-access.request',
    'identity-access.list',
    'wellbeing.choose',
    'report.intake.operator',
    'draft.unfinished.read',
    'narrative.read',
    'message.reply',
    'danger.refer',
    'item.queue.read',
    'item.read',
    'item.lock',
    'item.prioritise',
    'item.assess',
    'item.tree.edit',
    'item.verify',
    'item.view-rendering',
    'evidence.read',
    'evidence.take',
    'evidence.open',
    'evidence.download',
    'evidence.key.manage',
    'custody.read',
    'notice.read',
    'notice.prepare',
    'notice.send',
    'notice.origin.decide',
    'notice.hold.decide',
    'notice.owner.clear',
    'law-lab.read',
    'dispute.decide',
    'provider.edit',
    'takedown.figures.read',
    'desk.open',
  ],
  'on-call': [
    'mailbox.read',
    'case.read',
    'case.edit',
    'referral.desk',
    'referral.read',
    'referral.prepare',
    'referral.record-answer',
    'helpline.queue.read',
    'helpline.answer',
    'report.intake.operator',
    'draft.unfinished.read',
    'narrative.read',
    'message.reply',
    'contact.read',
    'whereabouts.open',
    'danger.acknowledge',
    'danger.refer',
    'item.queue.read',
    'item.read',
    'item.lock',
    'item.prioritise',
    'notice.read',
    'desk.open',
    'rota.read',
  ],
  helpline: [
    'case.read',
    'referral.desk',
    'referral.read',
    'helpline.queue.read',
    'helpline.answer',
    'helpline.figures.read',
    'care.plan.read',
    'care.plan.write',
    'care.override.decide',
    'identity-access.request',
    'identity-access.list',
    'report.intake.operator',
    'draft.unfinished.read',
    'narrative.read',
    'message.reply',
    'contact.read',
    'item.queue.read',
    'item.read',
    'notice.read',
    'desk.open',
  ],
  supervisor: [
    'filter-list.read',
    'mailbox.read',
    'zones.board.read',
    'zones.partner.manage',
    'zones.rebase',
    'mailbox.manage',
    'block.read',
    'block.order.propose',
    'block.order.read',
    'block.release',
    'block.reject',
    'block.remove',
    'block.rollback',
    'block.review',
    'block.opening.give',
    'block.appeal.read',
    'block.appeal.decide',
    'access.contest.read',
    'access.contest.decide',

    'report.intake.bulk',
    'case.read',
    'case.edit',
    'clock.read',
    'item.prioritise',
    'referral.desk',
    'referral.read',
    'referral.review',
    'referral.record-answer',
    'referral.preserve',
    'helpline.queue.read',
    'helpline.quality.review',
    'helpline.figures.read',
    'care.plan.read',
    'care.override.decide',
    'wellbeing.totals.read',
    'danger.acknowledge',
    'report.intake.operator',
    'draft.unfinished.read',
    'item.queue.read',
    'item.read',
    'evidence.read',
    'custody.read',
    'item.disagreement.decide',
    'quality.read',
    'notice.read',
    'notice.hold.decide',
    'notice.owner.clear',
    'law-lab.read',
    'dispute.decide',
    'provider.edit',
    'takedown.figures.read',
    'figures.internal.read',
    'figures.publish',
    'desk.open',
    'rota.read',
    'rota.manage',
    'retention.read',
    'retention.hold.manage',
  ],
  custodian: [
    'referral.desk',
    'referral.read',
    'referral.review',
    'referral.preserve',
    'identity-access.decide',
    'identity-access.list',
    'contact.read',
    'desk.open',
    'retention.read',
    'retention.hold.manage',
  ],
  police: [
    'desk.open',
    'referral.desk',
    'referral.receive',
    'referral.may-proceed',
    'evidence.referred.read',
    'evidence.referred.open',
    'evidence.referred.download',
    'evidence.key.manage',
  ],
  'care-worker': ['care.plan.read', 'care.plan.write', 'desk.open', 'referral.desk', 'referral.receive'],
  'programme-manager': [
    'filter-list.read',
    'block.order.propose',
    'block.order.read',
    'law-lab.read',
    'helpline.figures.read',
    'takedown.figures.read',
    'figures.internal.read',
    'figures.publish',
    'desk.open',
  ],
  observer: ['takedown.figures.read', 'figures.internal.read', 'desk.open'],
  administrator: [
    'filter-list.read',
    'filter-list.manage',
    'mailbox.read',
    'zones.board.read',
    'zones.partner.manage',
    'zones.rebase',
    'mailbox.manage',
    'desk.open',
    'account.read',
    'account.manage',
    'account.grant-reading',
    'organisation.manage',
    'apikey.manage',
    'rota.read',
    'rota.manage',
    'country.overlay.edit',
    'access.network.manage',
  ],
  auditor: ['desk.open', 'audit.read', 'custody.read'],
};

const anyRecord = {
  organisationId: 'org',
  territory: ['MA-06'],
  accountId: 'other',
  doneBy: ['other'],
  members: ['me'],
};

describe('the policy table', () => {
  for (const role of ROLES)
    it(`${role}: exactly what is meant`, () => {
      expect(ACTIONS.filter((action) => can(staff([role]), action, anyRecord)).sort()).toEqual([...MEANT[role]].sort());
    });

  it('gives reporters and visitors nothing, and asks them to sign in', () => {
    for (const action of ACTIONS) expect(decide(VISITOR, action, anyRecord)).toBe('sign-in');
  });

  it('gives a session that is only half proved nothing, whatever its roles', () => {
    for (const action of ACTIONS)
      expect(decide(staff([...ROLES], { assurance: 'half', factors: ['password'] }), action, anyRecord)).toBe(
        'sign-in',
      );
  });

  it('keeps reading roles without a passkey out of everything, also of what another of their roles may', () => {
    for (const role of READING_ROLES)
      for (const action of ACTIONS)
        expect(can(staff([role, 'administrator'], { factors: ['password', 'totp'] }), action, anyRecord)).toBe(false);
  });

  it('lets roles far from reports work with password and code, except to grant access to reports', () => {
    const admin = staff(['administrator'], { factors: ['password', 'totp'] });
    expect(decide(admin, 'account.manage', anyRecord)).toBe('allowed');
    expect(decide(admin, 'account.grant-reading', anyRecord)).toBe('passkey');
  });

  it('covers every role that may touch a report by the passkey rule', () => {
    const near: Action[] = ACTIONS.filter((a) =>
      /^(report|draft|narrative|message|contact|whereabouts|danger|item|evidence|notice|dispute|care|identity-access|wellbeing|referral)\.|^block\.(?!order\.)/.test(
        a,
      ),
    );
    for (const action of near)
      for (const role of (POLICY[action] as Rule).roles) expect(needsPasskey([role])).toBe(true);
  });

  it('shows nothing of a child’s care, and nothing of who reported, to families and to those outside', () => {
    for (const role of ['parent', 'learner', 'teacher', 'association', 'partner', 'observer', 'police'] as const)
      for (const action of ACTIONS.filter((a) => /^(care|identity-access|helpline|contact|narrative)\./.test(a)))
        expect(can(staff([role]), action, anyRecord)).toBe(false);
  });

  it('lets nobody open whereabouts but on-call, and nobody but the auditor read the audit', () => {
    expect(POLICY['whereabouts.open'].roles).toEqual(['on-call']);
    expect(POLICY['audit.read'].roles).toEqual(['auditor']);
  });
});

describe('conditions on the record', () => {
  it('territory: own places only; a record without a place is for national staff', () => {
    const regional = staff(['analyst'], { territory: ['MA-06', 'MA-CAS'] });
    expect(can(regional, 'item.read', { territory: ['MA-CAS', 'MA-06'] })).toBe(true);
    expect(can(regional, 'item.read', { territory: ['MA-01'] })).toBe(false);
    expect(can(regional, 'item.read', { territory: null })).toBe(false);
    expect(can(regional, 'item.read')).toBe(false);
    expect(can(staff(['analyst']), 'item.read')).toBe(true);
  });

  it('second person: never the one who did it, and not when that is unknown', () => {
    const senior = staff(['senior-analyst', 'analyst']);
    expect(can(senior, 'item.verify', { doneBy: ['other'] })).toBe(true);
    expect(can(senior, 'item.verify', { doneBy: ['other', 'me'] })).toBe(false);
    expect(can(senior, 'item.verify')).toBe(false);
    expect(mayEver(senior, 'item.verify')).toBe(true);
    const supervisor = staff(['supervisor', 'senior-analyst']);
    expect(can(supervisor, 'item.disagreement.decide', { doneBy: ['other', 'third'] })).toBe(true);
    expect(can(supervisor, 'item.disagreement.decide', { doneBy: ['other', 'me'] })).toBe(false);
    expect(can(senior, 'item.disagreement.decide', { doneBy: ['other'] })).toBe(false);
  });

  it('receiving bodies: only what was referred to their organisation, in their territory', () => {
    const officer = staff(['police'], { territory: ['MA-06'] });
    expect(can(officer, 'referral.receive', { organisationId: 'org', territory: ['MA-06'] })).toBe(true);
    expect(can(officer, 'referral.receive', { organisationId: 'another', territory: ['MA-06'] })).toBe(false);
    expect(can(officer, 'referral.receive', { organisationId: 'org', territory: ['MA-01'] })).toBe(false);
    expect(can(officer, 'referral.receive')).toBe(false);
    for (const action of ['evidence.referred.read', 'evidence.referred.open', 'evidence.referred.download'] as const) {
      expect(can(officer, action, { organisationId: 'org', territory: ['MA-06'] })).toBe(true);
      expect(can(officer, action, { organisationId: 'another', territory: ['MA-06'] })).toBe(false);
      expect(can(officer, action, { organisationId: 'org', territory: ['MA-01'] })).toBe(false);
      // Not for the whole country either: what was not referred is nobody's there.
      expect(can(staff(['police']), action)).toBe(false);
      expect(can(staff(['police']), action, { territory: null })).toBe(false);
      for (const role of ROLES.filter((r) => r !== 'police')) expect(can(staff([role]), action, anyRecord)).toBe(false);
    }
    expect(can(staff(['care-worker']), 'referral.may-proceed', { organisationId: 'org', territory: null })).toBe(false);
  });

  it('not self: an administrator never manages the own account', () => {
    expect(can(staff(['administrator']), 'account.manage', { accountId: 'me' })).toBe(false);
    expect(can(staff(['administrator']), 'account.manage', { accountId: 'other' })).toBe(true);
  });

  it('machines: only their scope, only the records of their organisation', () => {
    const machine = (scopes: MachineActor['scopes']): MachineActor => ({
      kind: 'machine',
      keyId: 'k',
      organisationId: 'org',
      scopes,
    });
    const allowed = (m: MachineActor) => ACTIONS.filter((a) => can(m, a, anyRecord));
    expect(allowed(machine(['reports:write']))).toEqual(['report.intake.machine']);
    expect(allowed(machine(['reports:read']))).toEqual(['report.status.machine']);
    expect(can(machine(['reports:read']), 'report.status.machine', { organisationId: 'another' })).toBe(false);
    expect(can(machine(['reports:read']), 'report.status.machine')).toBe(false);
  });
});

describe('families and schools', () => {
  const own: Action[] = ['family.create', 'family.manage', 'school.manage'];

  it('a parent manages the own family and no other', () => {
    expect(can(staff(['parent']), 'family.manage', { members: ['other', 'me'] })).toBe(true);
    expect(can(staff(['parent']), 'family.manage', { members: ['other'] })).toBe(false);
    expect(can(staff(['parent']), 'family.manage')).toBe(false);
  });

  it('a teacher manages the own school and no other', () => {
    expect(can(staff(['teacher']), 'school.manage', { organisationId: 'org' })).toBe(true);
    expect(can(staff(['teacher']), 'school.manage', { organisationId: 'another' })).toBe(false);
  });

  it('nobody else sees a family or a class, whoever they are; parents and teachers see nothing of the desk', () => {
    for (const role of ROLES)
      for (const action of own) {
        const meant = action === 'school.manage' ? role === 'teacher' : role === 'parent';
        expect({ role, action, can: can(staff([role]), action, anyRecord) }).toEqual({ role, action, can: meant });
      }
    for (const role of ['parent', 'teacher'] as const)
      for (const action of ACTIONS.filter((a) => !/^(family|school)\./.test(a)))
        expect(can(staff([role]), action, anyRecord)).toBe(false);
  });
});

describe('laws of the decision', () => {
  const roles = fc.subarray([...ROLES], { minLength: 1 });
  const factors = fc.constantFrom<Factor[][]>(['passkey'], ['password', 'totp'], ['demo'], ['password', 'recovery']);
  const record = fc.record(
    {
      organisationId: fc.constantFrom('org', 'another'),
      territory: fc.constantFrom(null, ['MA-06'], ['MA-01']),
      accountId: fc.constantFrom('me', 'other'),
      doneBy: fc.constantFrom(['me'], ['other'], []),
    },
    { requiredKeys: [] },
  );
  const action = fc.constantFrom(...ACTIONS);

  it('what is allowed on a record is allowed at the door', () => {
    fc.assert(
      fc.property(roles, factors, action, record, (r, f, a, rec) => {
        const actor = staff(r, { factors: f, territory: ['MA-06'] });
        if (can(actor, a, rec)) expect(mayEver(actor, a)).toBe(true);
      }),
    );
  });

  it('one more role never takes away, unless it brings the passkey rule', () => {
    fc.assert(
      fc.property(roles, fc.constantFrom(...ROLES), action, record, (r, more, a, rec) => {
        if (can(staff(r), a, rec)) expect(can(staff([...r, more]), a, rec)).toBe(true);
      }),
    );
  });

  it('authorize throws exactly when can says no', () => {
    fc.assert(
      fc.property(roles, factors, action, record, (r, f, a, rec) => {
        const actor = staff(r, { factors: f });
        const attempt = () => authorize(actor, a, rec);
        if (can(actor, a, rec)) expect(attempt).not.toThrow();
        else expect(attempt).toThrow(/^IDENTITY_(FORBIDDEN|PASSKEY_NEEDED)$/);
      }),
    );
  });
});
