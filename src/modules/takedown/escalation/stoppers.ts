import type { StopperId } from '../../country/index.ts';
import type { DisputeGround } from '../schema.ts';
import type { LadderFacts, Step } from './ladder.ts';

/** What else is known of a case when reasons are suggested. */
export interface StopperFacts {
  ladder: LadderFacts;
  step: Step;
  /** It is hosted in another country. */
  abroad: boolean;
  /** It should go to a foreign hotline, and none is known there. */
  noHotline: boolean;
  openHolds: readonly { kind: 'police' | 'reporter'; preserved: boolean }[];
  openDispute: DisputeGround | undefined;
}

/**
 * What stops a case, as far as facts tell; the rest (a court order is asked for, no legal basis …) only people know.
 * Empty while everything goes its way. Pure.
 */
export function suggestStoppers(facts: StopperFacts): StopperId[] {
  const { ladder, step, openHolds } = facts;
  if (step.kind === 'stop') return [];
  const found = new Set<StopperId>();
  const last = ladder.notices.filter((n) => n.kind === 'ask' && (n.sentAt || n.undeliverable)).at(-1);
  const reminded = last !== undefined && ladder.notices.some((n) => n.reminderOf === last.id && n.sentAt);
  if (step.kind === 'person' && step.reason === 'no-contact') found.add('no-contact');
  if (last?.undeliverable && !last.sentAt) found.add('contact-dead');
  const spent = step.kind === 'exhausted' || (step.kind === 'person' && ['confirm', 'clearance'].includes(step.reason));
  if (
    reminded &&
    ['sent', 'received'].includes(last.state) &&
    (spent || step.kind === 'wait' || step.kind === 'remind')
  )
    found.add(facts.abroad ? 'silent-abroad' : 'silent-here');
  if (ladder.notices.some((n) => n.kind === 'contradiction' && n.sentAt)) found.add('denies-removal');
  if (
    reminded &&
    ladder.notices.some((n) => n.reach === 'proxy' && n.sentAt) &&
    !ladder.contacts.some((c) => c.reach === 'host')
  )
    found.add('hidden-by-proxy');
  if (step.kind === 'person' && step.reason === 'wall')
    found.add(ladder.watch?.lastState === 'login-wall' ? 'login-wall' : 'technical-wall');
  for (const hold of openHolds) {
    found.add(hold.kind === 'police' ? 'police-hold' : 'reporter-hold');
    if (hold.kind === 'police' && !hold.preserved) found.add('evidence-missing');
  }
  if (ladder.policeAsksToWait) found.add('police-hold');
  if (
    (step.kind === 'person' && step.reason === 'clearance') ||
    (step.kind === 'exhausted' && step.ends.some((e) => e.how === 'not-cleared'))
  )
    found.add('site-not-cleared');
  if (facts.openDispute) found.add(facts.openDispute === 'not-illegal-here' ? 'not-illegal-there' : 'dispute-open');
  // The colleagues abroad are one more way: without them only what the provider left undone is stopped.
  if (facts.noHotline && found.size > 0) found.add('no-agreement');
  return [...found].sort();
}
