import { transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { findAccountByEmail } from './accounts.ts';
import type { ApiKeys } from './api-keys.ts';
import { type Directory, FAMILIES } from './directory.ts';
import type { Links } from './links.ts';
import type { OrganisationKind, Role } from './roles.ts';
import type { Rota } from './rota.ts';
import { tables } from './schema.ts';

export interface DemoAccount {
  /** The main one; where two people share it, the first of the list is the one that a guide means. */
  role: Role;
  name: string;
  email: string;
  /** Works again and again while the demonstration runs. */
  url: string;
}

/**
 * Given names only: nobody real has these addresses (RFC 2606). The first two on-call people share the rota. Two verify:
 * an appeal or a dispute is decided by somebody who had no hand in it, and the first senior analyst soon has one.
 */
const DEMO_PEOPLE: readonly {
  role: Role;
  name: string;
  /** Before the `@`; the role unless told. */
  mailbox?: string;
  roles?: readonly Role[];
  position?: 1 | 2;
  /** Of a receiving body; else of the demonstration's own hotline. */
  organisation?: { name: string; kind: OrganisationKind };
}[] = [
  { role: 'analyst', name: 'Salma' },
  { role: 'senior-analyst', name: 'Idir', roles: ['senior-analyst', 'on-call'], position: 2 },
  { role: 'senior-analyst', name: 'Zineb', mailbox: 'senior-analyst-2' },
  { role: 'on-call', name: 'Nora', position: 1 },
  { role: 'helpline', name: 'Hajar' },
  { role: 'supervisor', name: 'Youssef' },
  { role: 'custodian', name: 'Meriem' },
  { role: 'police', name: 'Rachid', organisation: { name: 'Police (demonstration)', kind: 'security' } },
  { role: 'care-worker', name: 'Amina', organisation: { name: 'Care service (demonstration)', kind: 'care' } },
  { role: 'programme-manager', name: 'Karim' },
  { role: 'administrator', name: 'Tiziri' },
  { role: 'auditor', name: 'Anas' },
  { role: 'parent', name: 'Khadija', organisation: FAMILIES },
  { role: 'teacher', name: 'Houda', organisation: { name: 'School (demonstration)', kind: 'school' } },
];
const DEMO_ORGANISATION = 'e-Salama (demonstration)';
const YEAR_MS = 365 * 24 * 3_600_000;

/** What a start of the server prints: the administrator's link, or the doors of the demonstration. */
export function createFirstStart(
  platform: Platform,
  parts: { directory: Directory; links: Links; rota: Rota; apiKeys: ApiKeys },
) {
  const { clock, random, db, config } = platform;
  const { directory, links, rota, apiKeys } = parts;

  return {
    /**
     * The address of a one-time set-up link while no administrator can sign in, else undefined. It lives 24 hours; a
     * new start revokes the unused one before.
     */
    ensureAdministratorLink(): Promise<string | undefined> {
      return transaction(db, async (tx) => {
        const administrator = await tables(tx)
          .selectFrom('identity.account')
          .select('id')
          .where('state', '=', 'active')
          .where((eb) => eb(eb.val('administrator'), '=', eb.fn.any('roles')))
          .executeTakeFirst();
        return administrator ? undefined : links.issue(tx, 'administrator', undefined);
      });
    },

    /**
     * One account for each main role, and a second senior analyst, with sign-in links made anew at each start. Refused
     * outside `--demo`.
     */
    async createDemoAccounts(): Promise<DemoAccount[]> {
      if (!config.demo) throw new Error('demonstration accounts exist only in the demonstration');
      return transaction(db, async (tx) => {
        const made: DemoAccount[] = [];
        for (const { role, name, mailbox = role, roles = [role], position, organisation } of DEMO_PEOPLE) {
          const organisationId = await demoOrganisation(tx, organisation);
          const email = `${mailbox}@e-salama.example`;
          const known = await findAccountByEmail(tx, email);
          const person = { name, email, lang: 'ar' as const, roles, organisationId };
          const account =
            known ?? (await directory.insertAccount(tx, 'system', uuidv7(clock, random), person, 'active'));
          if (position) await keepOnDuty(tx, account.id, position);
          made.push({ role, name, email, url: await links.issue(tx, 'demo', account.id) });
        }
        return made;
      });
    },

    /** A key for the demonstration's organisation; each start makes a new one and revokes those before. */
    async createDemoApiKey(): Promise<string> {
      if (!config.demo) throw new Error('demonstration keys exist only in the demonstration');
      return transaction(db, async (tx) => {
        const organisationId = await demoOrganisation(tx);
        await tables(tx)
          .updateTable('identity.api_key')
          .set({ revoked_at: clock.now() })
          .where('organisation', '=', organisationId)
          .where('revoked_at', 'is', null)
          .execute();
        const scopes = ['reports:write', 'reports:read'] as const;
        return (await apiKeys.insert(tx, 'system', { organisationId, name: 'Demonstration', scopes })).secretText;
      });
    },
  };

  async function demoOrganisation(
    tx: typeof db,
    { name, kind }: { name: string; kind: OrganisationKind } = { name: DEMO_ORGANISATION, kind: 'hotline' },
  ): Promise<string> {
    const known = await tables(tx)
      .selectFrom('identity.organisation')
      .select('id')
      .where('name', '=', name)
      .executeTakeFirst();
    const given = { name, kind, territory: null };
    return known?.id ?? (await directory.insertOrganisation(tx, 'system', given)).id;
  }

  async function keepOnDuty(tx: typeof db, accountId: string, position: 1 | 2): Promise<void> {
    const now = clock.now();
    const running = await tables(tx)
      .selectFrom('identity.oncall_shift')
      .select('id')
      .where('position', '=', position)
      .where('ends_at', '>', now)
      .executeTakeFirst();
    if (running) return;
    await rota.insert(tx, 'system', { accountId, position, startsAt: now, endsAt: new Date(now.getTime() + YEAR_MS) });
  }
}
