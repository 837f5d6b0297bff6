import type { CheckState } from '../check/index.ts';
import type { LadderContact, LadderFacts, LadderNotice } from './ladder.ts';

const HOUR = 3_600_000;
/** When the first letter left. */
export const T0 = new Date('2026-11-24T09:00:00Z');
/** So many hours later. */
export const at = (hours: number) => new Date(T0.getTime() + hours * HOUR);

export const contact = (reach: LadderContact['reach'], n = 1): LadderContact => ({
  contact: `${reach}${n}@example.org`,
  reach,
  channel: 'mail',
});
/** The first letter, unless told. */
export const notice = (over: Partial<LadderNotice> = {}): LadderNotice => ({
  id: 'first',
  kind: 'ask',
  reminderOf: null,
  state: 'sent',
  purpose: 'removal',
  contact: 'host1@example.org',
  reach: 'host',
  createdAt: T0,
  sentAt: T0,
  changedAt: T0,
  removedAt: null,
  moreTimeUntil: null,
  decidedAt: null,
  undeliverable: false,
  unusableSince: null,
  ...over,
});
export const reminder = (sent: Date, over: Partial<LadderNotice> = {}) =>
  notice({ id: `r${sent.getTime()}`, kind: 'reminder', reminderOf: 'first', createdAt: sent, sentAt: sent, ...over });
/** Nothing has happened since but looks, the last one `lookAt` hours after the letter. */
export const facts = (over: Partial<LadderFacts> = {}, lookAt = 0, lastState: CheckState = 'up-same'): LadderFacts => ({
  notices: [notice()],
  watch: { state: 'open', lastState, lastLookAt: at(lookAt), needsLeave: false },
  seenAt: null,
  contacts: [contact('host'), contact('registrar')],
  tracedAt: at(lookAt),
  traceable: true,
  avoidsSite: true,
  ownerCleared: null,
  confirmed: new Set(),
  policeAsksToWait: false,
  originNamed: false,
  judgedAgain: false,
  ...over,
});
