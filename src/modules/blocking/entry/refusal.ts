import ipaddr from 'ipaddr.js';
import { parse } from 'tldts';
import { isPrivateHost } from '../../../../packages/web-address/index.ts';
import type { NeverBlock, Protection } from './never-block.ts';
import type { Target } from './target.ts';

/** Why something is blocked: verified abuse material on an address dedicated to it, or a court's order. */
export const BASES = ['csam', 'court'] as const;
export type Basis = (typeof BASES)[number];

/** What is known for the entry when it is decided about. */
export interface Evidence {
  /** A verified judgement in force that leads to the national list stands behind it. */
  assessed: boolean;
  /** Somebody said, with grounds, that the whole name serves nothing else. */
  dedicated: boolean;
  /** Items on the name by their judgements; see casework's `Under`. */
  listed: number;
  others: number;
}

export interface CourtOrder {
  number: string;
  court: string;
  /** YYYY-MM-DD */
  date: string;
  /** Where the document is kept. */
  reference: string;
  /** What the court ordered, in its words. */
  scope: string;
}

export type Grounds =
  | { basis: 'csam'; evidence: Evidence }
  | { basis: 'court'; order: CourtOrder | undefined; expiresAt: Date | undefined };

export type RefusalCode =
  | Protection
  | 'public-suffix'
  | 'special-use'
  | 'address'
  | 'network-too-wide'
  | 'not-assessed'
  | 'not-dedicated'
  | 'order-incomplete'
  | 'order-expired'
  | 'order-too-long';

export interface Refusal {
  code: RefusalCode;
  /** The protected name, where it is one. */
  name?: string;
}

export interface RefusalRules {
  never: NeverBlock;
  dedication: { listedAtLeast: number; othersAtMost: number };
  /** No order is taken for longer, in days. */
  longestOrderDays: number;
}

/** Networks wider than this hold too many who did nothing, whatever a court knew. */
const WIDEST = { ipv4: 24, ipv6: 48 } as const;

/** @param network as CIDR */
export function isTooWide(network: string): boolean {
  const [address, bits] = ipaddr.parseCIDR(network);
  return bits < WIDEST[address.kind()];
}
const DAY = 86_400_000;
/** Names that are no names of the public DNS. */
const SPECIAL = new Set(['onion', 'arpa', 'invalid', 'localhost', 'local', 'internal', 'alt']);

const isAddress = (name: string) => ipaddr.isValid(name);

/** What forbids the name itself, whoever asks: the same for every legal basis. */
export function nameRefusals(target: Target, never: NeverBlock): Refusal[] {
  if (target.kind === 'network' || isAddress(target.name)) {
    const [address, bits] = ipaddr.parseCIDR(
      target.kind === 'network' ? target.target : `${target.name}/${target.name.includes(':') ? 128 : 32}`,
    );
    const found: Refusal[] = [];
    if (address.range() !== 'unicast') found.push({ code: 'special-use' });
    if (bits < WIDEST[address.kind()]) found.push({ code: 'network-too-wide' });
    const inside = never.addressIn([address, bits]);
    if (inside) found.push({ code: 'infrastructure', name: inside });
    return found;
  }
  const { name } = target;
  const hurt = never.hurt(name, target.kind === 'domain');
  const found: Refusal[] = hurt ? [{ code: hurt.protection, name: hurt.name }] : [];
  const single = !name.includes('.');
  if (SPECIAL.has(name.slice(name.lastIndexOf('.') + 1)) || (!single && isPrivateHost(name)))
    found.push({ code: 'special-use' });
  else if (parse(name, { allowPrivateDomains: true, validateHostname: false }).domain === null)
    found.push({ code: 'public-suffix', name });
  return found;
}

/** A day that has begun somewhere on earth. */
const isPast = (date: string, now: Date): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) && Date.parse(date) <= now.getTime() + DAY;

function groundRefusals(target: Target, grounds: Grounds, rules: RefusalRules, now: Date): Refusal[] {
  if (grounds.basis === 'court') {
    const { order, expiresAt } = grounds;
    const whole = order && Object.values(order).every((v) => v.trim() !== '') && isPast(order.date, now);
    if (!whole || !expiresAt) return [{ code: 'order-incomplete' }];
    if (expiresAt <= now) return [{ code: 'order-expired' }];
    return expiresAt.getTime() - now.getTime() > rules.longestOrderDays * DAY ? [{ code: 'order-too-long' }] : [];
  }
  const found: Refusal[] = [];
  const { evidence } = grounds;
  // An address of the network is somebody else's tomorrow.
  if (target.kind === 'network' || isAddress(target.name)) found.push({ code: 'address' });
  if (!evidence.assessed) found.push({ code: 'not-assessed' });
  const whole = target.kind === 'domain' || target.kind === 'host';
  const { listedAtLeast, othersAtMost } = rules.dedication;
  if (whole && !(evidence.dedicated && evidence.listed >= listedAtLeast && evidence.others <= othersAtMost))
    found.push({ code: 'not-dedicated' });
  return found;
}

/**
 * Everything that speaks against blocking; empty when nothing does. Pure: asked when an entry is proposed, approved and
 * released, for what is known changes in between. A court's order lifts the rules about evidence and about addresses of
 * the network; it lifts no protection.
 */
export function refusalsOf(target: Target, grounds: Grounds, rules: RefusalRules, now: Date): Refusal[] {
  return [...nameRefusals(target, rules.never), ...groundRefusals(target, grounds, rules, now)];
}
