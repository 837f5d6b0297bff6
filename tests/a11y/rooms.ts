import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { House } from '../../src/modules/helpline/testing/house.ts';
import type { Role } from '../../src/modules/identity/index.ts';
import type { KeyStep } from '../support/keyboard.ts';
import type { Things } from './furnish.ts';

export interface Room {
  name: string;
  as: Role;
  at: (t: Things) => string;
  /** The main thing that is done there, by keyboard alone; the page it leads to answers with success. */
  does?: readonly KeyStep[];
  /** Nothing in it can be pressed. */
  still?: true;
  /** How it shows that it was done. */
  shows?: (page: Page, t: Things, house: House) => Promise<unknown>;
}

const inUrl = (part: string) => async (page: Page) => expect(page.url()).toContain(part);
const unfold = (of: string): KeyStep => ({ on: `details:has(${of}) > summary` });

/** A decision about an entry of the national list, with its reason. */
const decided = (deed: string): readonly KeyStep[] => [
  { on: `form[action$="/${deed}"] textarea`, type: 'As the paper says' },
  { on: `form[action$="/${deed}"] button` },
];
const stateOf = async (house: House, entry: string) => (await house.blocking.store.get(house.platform.db, entry)).state;

export const ROOMS: readonly Room[] = [
  {
    name: 'the queue',
    as: 'analyst',
    at: () => '/desk',
    does: [{ on: 'tbody a[data-row]' }],
    // A row that has the focus opens its item; which one is beside the list is chosen with the letters.
    shows: inUrl('/desk/items/'),
  },
  {
    name: 'an item, taken',
    as: 'analyst',
    at: (t) => `/desk/items/${t.item}`,
    does: [{ on: 'form[data-lock-form] button' }],
    shows: async (_page, t, house) => expect((await house.casework.item(t.item)).lease_by).toBe(house.id('analyst')),
  },
  {
    name: 'the tree of an item',
    as: 'analyst',
    at: (t) => `/desk/items/${t.item}`,
    does: [
      unfold('#f-tree-url'),
      { on: '#f-tree-url', type: 'mirror.example/copy' },
      { on: 'form[action$="/tree"] button' },
    ],
    shows: async (_page, t, house) => expect(await house.casework.tree.below(t.item)).toHaveLength(1),
  },
  {
    name: 'evidence of an item, asked for',
    as: 'analyst',
    at: (t) => `/desk/items/${t.item}`,
    does: [{ on: 'form[action$="/evidence"] button' }],
    shows: async (_page, t, house) => expect((await house.archive.ofItem(t.item)).length).toBe(2),
  },
  {
    name: 'cases',
    as: 'analyst',
    at: () => '/desk/cases',
    does: [{ on: 'main td a, main th a' }],
    shows: inUrl('/desk/cases/'),
  },
  {
    name: 'a case, closed',
    as: 'analyst',
    at: (t) => `/desk/cases/${t.case}`,
    does: [{ on: 'form[action$="/close"] button' }],
    shows: async (_page, t, house) => expect((await house.casework.cases.find(t.case)).state).toBe('closed'),
  },
  { name: 'a report by telephone', as: 'analyst', at: () => '/desk/report/new' },
  {
    name: 'reports by file',
    as: 'analyst',
    at: () => '/desk/bulk',
    does: [{ on: 'a[href$="template.csv"]', downloads: true }],
  },
  {
    name: 'how content is shown',
    as: 'analyst',
    at: () => '/desk/wellbeing',
    does: [{ on: 'input[name=blur]', key: 'ArrowDown' }, { on: 'form[action="/desk/wellbeing"] button' }],
    shows: async (_page, _t, house) =>
      expect((await house.casework.wellbeing.displayOf(house.id('analyst'))).blur).toBe('strongest'),
  },
  {
    name: 'asking who reported',
    as: 'analyst',
    at: (t) => `/desk/identities/for/${t.report}`,
    does: [
      { on: 'textarea[name=reason]', type: 'For the test' },
      { on: 'form[action^="/desk/identities/for/"] button' },
    ],
    shows: async (_page, _t, house) => expect(await house.disclosure.mine(house.id('analyst'))).toHaveLength(2),
  },
  {
    name: 'notices',
    as: 'analyst',
    at: () => '/desk/notices',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/notices/'),
  },
  { name: 'one notice', as: 'analyst', at: (t) => `/desk/notices/${t.notice}` },
  {
    name: 'referrals, of those who send',
    as: 'analyst',
    at: () => '/desk/referrals',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/referrals/'),
  },
  { name: 'one referral, of those who send', as: 'analyst', at: (t) => `/desk/referrals/${t.referral}` },
  {
    name: 'the national list',
    as: 'analyst',
    at: () => '/desk/blocking',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/blocking/0'),
  },
  {
    name: 'an address, proposed for the list',
    as: 'analyst',
    at: (t) => `/desk/blocking/propose/${t.listable}`,
    does: [
      { on: 'textarea[name=grounds]', type: 'Nobody answers' },
      { on: 'form[action^="/desk/blocking/propose/"] button' },
    ],
    shows: inUrl('/desk/blocking/0'),
  },
  { name: 'what the feeds say', as: 'analyst', at: () => '/desk/blocking/feed' },
  {
    name: 'a second look',
    as: 'senior-analyst',
    at: (t) => `/desk/verify/${t.verify}`,
  },
  {
    name: 'what waits for a second look',
    as: 'senior-analyst',
    at: () => '/desk/verify',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/verify/'),
  },
  {
    name: 'keys to evidence',
    as: 'senior-analyst',
    at: () => '/desk/keys',
    does: [
      { on: 'form:has(input[name=recipient]) input[name=label]', type: 'Elsewhere' },
      { on: 'input[name=recipient]', type: 'age1nonsense' },
      { on: 'form:has(input[name=recipient]) button' },
    ],
  },
  {
    name: 'an entry of the list, approved',
    as: 'senior-analyst',
    at: (t) => `/desk/blocking/${t.proposed}`,
    does: decided('approve'),
    shows: async (_page, t, house) => expect(await stateOf(house, t.proposed)).toBe('approved'),
  },
  {
    name: 'dangers',
    as: 'on-call',
    at: () => '/desk/danger',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/danger/'),
  },
  {
    name: 'a danger, referred at once',
    as: 'on-call',
    at: (t) => `/desk/referrals/new?danger=${t.alert}`,
    does: [{ on: 'main form button[value=send]' }],
    shows: async (_page, t, house) => expect(await house.referral.store.ofItem(t.item)).toHaveLength(2),
  },
  {
    name: 'a danger, taken',
    as: 'on-call',
    at: (t) => `/desk/danger/${t.alert}`,
    does: [{ on: 'form[action$="/acknowledge"] button' }],
    shows: inUrl('done=taken'),
  },
  {
    name: 'what was never sent',
    as: 'on-call',
    at: () => '/desk/unfinished',
    does: [{ on: 'form[action$="/accounts"] button' }],
  },
  {
    name: 'the people who answer',
    as: 'helpline',
    at: () => '/desk/helpline',
    does: [{ on: 'main a[href^="/desk/helpline/0"]' }],
    shows: inUrl('/desk/helpline/0'),
  },
  {
    name: 'a conversation, taken',
    as: 'helpline',
    at: (t) => `/desk/helpline/${t.report}`,
    does: [{ on: 'form[action$="/take"] button' }],
    shows: async (_page, t, house) =>
      expect(await house.helpline.conversations.get(t.report)).toMatchObject({ holder: house.id('helpline') }),
  },
  {
    name: 'a conversation, answered',
    as: 'helpline',
    at: (t) => `/desk/helpline/${t.report}`,
    does: [{ on: 'form[action*="/open"] button' }],
  },
  { name: 'care plans', as: 'helpline', at: () => '/desk/care' },
  { name: 'figures of the helpline', as: 'helpline', at: () => '/desk/helpline/figures' },
  {
    name: 'clocks',
    as: 'supervisor',
    at: () => '/desk/clocks',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/items/'),
  },
  {
    name: 'quality',
    as: 'supervisor',
    at: () => '/desk/quality',
    does: [{ on: 'form[action="/desk/quality"] button' }],
  },
  { name: 'totals', as: 'supervisor', at: () => '/desk/wellbeing', still: true },
  { name: 'disagreements', as: 'supervisor', at: () => '/desk/disagreements' },
  {
    name: 'evidence',
    as: 'supervisor',
    at: () => '/desk/evidence',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/evidence/'),
  },
  {
    name: 'providers',
    as: 'supervisor',
    at: () => '/desk/providers',
    does: [{ on: 'form[action="/desk/providers/rule"] button' }],
  },
  // No case here stands still because of the law: the room says so, and there is nothing to press.
  { name: 'the law lab, empty', as: 'supervisor', at: () => '/desk/law-lab', still: true },
  {
    name: 'retention, held',
    as: 'supervisor',
    at: (t) => `/desk/retention?type=reporting.report&id=${t.report}`,
    does: [{ on: 'form[action$="/holds"] input[name=id]', type: '' }, { on: 'form[action$="/holds"] button' }],
  },
  { name: 'the rota', as: 'supervisor', at: () => '/desk/admin/rota' },
  {
    name: 'an entry of the list, released',
    as: 'supervisor',
    at: (t) => `/desk/blocking/${t.approved}`,
    does: decided('release'),
    shows: async (_page, t, house) => expect(await stateOf(house, t.approved)).toBe('released'),
  },
  {
    name: 'an entry of the list, taken off',
    as: 'supervisor',
    at: (t) => `/desk/blocking/${t.approved}`,
    does: [
      unfold('#reason-remove'),
      { on: '#reason-remove', type: 'A mistake' },
      { on: 'form[action$="/remove"] button' },
    ],
    shows: async (_page, t, house) => expect(await stateOf(house, t.approved)).toBe('removed'),
  },
  {
    name: 'appeals',
    as: 'supervisor',
    at: () => '/desk/blocking/appeals',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/blocking/appeals/0'),
  },
  {
    name: 'an appeal, heard',
    as: 'supervisor',
    at: (t) => `/desk/blocking/appeals/${t.appeal}`,
    does: [
      { on: 'select[name=decision]', key: 'ArrowDown' },
      { on: 'form[action$="/decide"] textarea', type: 'It was never listed' },
      { on: 'form[action$="/decide"] button' },
    ],
    shows: async (_page, _t, house) => expect((await house.blocking.appeals.list())[0]?.decision).toBeTruthy(),
  },
  { name: 'an order of a court', as: 'supervisor', at: () => '/desk/blocking/order' },
  {
    name: 'many entries, taken off at once',
    as: 'supervisor',
    at: () => '/desk/blocking/rollback',
    does: [
      { on: 'input[name=hours]', type: '1' },
      { on: 'form[action$="/rollback"] textarea', type: 'A mistake' },
      { on: 'form[action$="/rollback"] button' },
    ],
  },
  {
    name: 'who reported, decided',
    as: 'custodian',
    at: () => '/desk/identities',
    does: [{ on: 'form[action$="/approve"] button' }],
    shows: inUrl('done=1'),
  },
  {
    name: 'orders of a court, of those who typed them in',
    as: 'programme-manager',
    at: () => '/desk/blocking',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/blocking/0'),
  },
  {
    name: 'referrals, of those who receive',
    as: 'police',
    at: () => '/desk/referrals',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/referrals/'),
  },
  {
    name: 'one referral, received and accepted',
    as: 'police',
    at: (t) => `/desk/referrals/${t.referral}`,
    does: [{ on: 'form[action$="/answer"] button' }],
    shows: async (_page, t, house) => expect((await house.referral.store.get(t.referral)).state).toBe('accepted'),
  },
  {
    name: 'evidence that was referred',
    as: 'police',
    at: () => '/desk/evidence',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/evidence/'),
  },
  { name: 'one capture', as: 'police', at: (t) => `/desk/evidence/${t.capture}` },
  { name: 'help lines', as: 'administrator', at: () => '/desk/admin/help-lines' },
  { name: 'networks of schools', as: 'administrator', at: () => '/desk/admin/networks' },
  { name: 'sites in the wrong place, none', as: 'supervisor', at: () => '/desk/contests', still: true },
];
