import type { FastifyRequest } from 'fastify';
import { type Action, type Actor, authorize, can, type RecordRef } from '../../identity/index.ts';

/** Reports carry no place, and neither does what was captured of them: staff for the whole country only. */
export const RECORD: RecordRef = { territory: null };

/**
 * What was referred to whom. Referral is downstream of evidence, so it is asked through this port; each answer is what
 * the policy must know of one referral that went and was not declined or withdrawn.
 */
export interface ReferredPort {
  ofItem(item: string): Promise<readonly RecordRef[]>;
  /** Items that were referred to an organisation, newest first, each with its referral. */
  toOrganisation(organisation: string): Promise<readonly { item: string; record: RecordRef }[]>;
}

/** Nothing was referred to anybody: receiving bodies see no captures. */
export const NOTHING_REFERRED: ReferredPort = { ofItem: async () => [], toOrganisation: async () => [] };

export type EvidenceDeed = 'read' | 'open' | 'download' | 'custody';

/** The desk's own people by the first action; a receiving body by the second, for what was referred to it. */
const ACTIONS: Readonly<Record<EvidenceDeed, { desk: Action; referred: Action }>> = {
  read: { desk: 'evidence.read', referred: 'evidence.referred.read' },
  open: { desk: 'evidence.open', referred: 'evidence.referred.open' },
  download: { desk: 'evidence.download', referred: 'evidence.referred.download' },
  custody: { desk: 'custody.read', referred: 'evidence.referred.read' },
};

/** Who may do what to the captures of one item. */
export function createAccess(referred: ReferredPort) {
  async function may(actor: Actor, deed: EvidenceDeed, item: string): Promise<boolean> {
    const { desk, referred: action } = ACTIONS[deed];
    if (can(actor, desk, RECORD)) return true;
    // Somebody of the house needs no question to the database.
    return (await referred.ofItem(item)).some((record) => can(actor, action, record));
  }

  return {
    may,

    /** @throws IDENTITY_SIGN_IN, IDENTITY_PASSKEY_NEEDED, IDENTITY_FORBIDDEN */
    async demand(req: FastifyRequest, deed: EvidenceDeed, item: string): Promise<void> {
      if (!(await may(req.actor, deed, item))) authorize(req.actor, ACTIONS[deed].desk, RECORD);
    },

    /** Items whose captures the actor's organisation may see; empty for everybody of the house. */
    async itemsFor(actor: Actor): Promise<string[]> {
      if (actor.kind !== 'staff') return [];
      const all = await referred.toOrganisation(actor.organisationId);
      return [...new Set(all.filter((r) => can(actor, 'evidence.referred.read', r.record)).map((r) => r.item))];
    },
  };
}
