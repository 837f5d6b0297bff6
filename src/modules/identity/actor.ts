import type { Lang } from '../../platform/i18n/index.ts';
import type { Role } from './roles.ts';

/** `half`: something is still to be shown (a code, or the first device of a new account). */
export type Assurance = 'half' | 'full';

/** How a session was proved; `demo` exists only where the demonstration runs, `mail` only for parents. */
export type Factor = 'link' | 'password' | 'totp' | 'recovery' | 'passkey' | 'demo' | 'mail';

export const API_SCOPES = ['reports:write', 'reports:read', 'blocks:read', 'hashes:read'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export interface StaffActor {
  kind: 'staff';
  accountId: string;
  name: string;
  lang: Lang;
  roles: readonly Role[];
  organisationId: string;
  /** Codes of provinces and regions; null = the whole country. */
  territory: readonly string[] | null;
  assurance: Assurance;
  factors: readonly Factor[];
  sessionId: string;
}

export interface MachineActor {
  kind: 'machine';
  keyId: string;
  organisationId: string;
  scopes: readonly ApiScope[];
}

export type Actor = { kind: 'visitor' } | StaffActor | MachineActor;

export const VISITOR: Actor = Object.freeze({ kind: 'visitor' });

/** How the audit trail names an actor: never by a personal name. */
export function auditName(actor: Actor): string {
  if (actor.kind === 'staff') return `account:${actor.accountId}`;
  if (actor.kind === 'machine') return `machine:${actor.keyId}`;
  return 'visitor';
}
