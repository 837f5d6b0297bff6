import { BASES, type Basis } from '../entry/refusal.ts';
import type { TargetKind } from '../entry/target.ts';

/** `hot`: small, every change at once. `base`: everything, brought up to date at a quiet hour. Asked in this order. */
export const TIERS = ['hot', 'base'] as const;
export type Tier = (typeof TIERS)[number];

/** What a response policy zone can say. One address of a page and the bytes of a file are nothing that DNS knows of. */
export const ZONE_KINDS = ['domain', 'host', 'network'] as const satisfies readonly TargetKind[];
export type ZoneKind = (typeof ZONE_KINDS)[number];

export const isZoneKind = (kind: TargetKind): kind is ZoneKind => (ZONE_KINDS as readonly string[]).includes(kind);

export const originOf = (tier: Tier, basis: Basis, origin: string): string => `${tier}.${basis}.${origin}`;

/**
 * Origins for a partner with these bases, in the order in which resolvers have to ask them: one basis whole, then the next. So
 * what one basis lets pass can't open what an earlier one closes; for the other way round see `tangled` in overlay.ts.
 */
export function originsFor(bases: readonly Basis[], origin: string): string[] {
  return BASES.filter((b) => bases.includes(b)).flatMap((b) => TIERS.map((tier) => originOf(tier, b, origin)));
}

/**
 * What names for tests answer: an address that is nobody's (RFC 5737). A name that is not there at all could not be told from one
 * that is blocked.
 */
export const TEST_ADDRESS = '192.0.2.1';

/** The harmless name by which a provider sees that its server follows this zone: answered by it and by no other. */
export const testNameOf = (tier: Tier, basis: Basis, testName: string): string => `${tier}-${basis}.${testName}`;
