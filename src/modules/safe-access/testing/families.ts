import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { createTestPlatform, type TestOptions } from '../../../platform/testkit/index.ts';
import { createFeed } from '../../blocking/index.ts';
import { createCountry } from '../../country/index.ts';
import { type Actor, createIdentity, type Role } from '../../identity/index.ts';
import { createRetention } from '../../retention/index.ts';
import { createSafeAccess } from '../index.ts';
import { nationalLister } from './national.ts';
import { REWRITES } from './resolver.ts';

/** Families with everything upstream real; people of identity as actors, without a browser. */
export async function openFamilies(options: TestOptions = {}) {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'families-'));
  const platform = await createTestPlatform({
    ...options,
    env: { SALAMA_DEMO: '1', SALAMA_STATE: stateDir, PUBLIC_ORIGIN: 'http://localhost:8080', ...options.env },
  });
  const { clock, random, db } = platform;
  const country = createCountry(platform);
  await country.start();
  const identity = createIdentity(platform);
  const retention = createRetention(platform, { country });
  const feed = createFeed(platform);
  const safeAccess = createSafeAccess(platform, {
    country,
    identity,
    retention,
    blocking: { feed },
    rewrites: REWRITES,
  });

  async function organisation(kind: 'programme' | 'school', name: string): Promise<string> {
    const made = await transaction(db, (tx) =>
      identity.directory.insertOrganisation(tx, 'system', { name, kind, territory: null }),
    );
    return made.id;
  }
  const home = await organisation('programme', 'Home');

  return {
    stateDir,
    platform,
    country,
    retention,
    feed,
    safeAccess,
    organisation,

    /** Somebody with that role, signed in. */
    async person(name: string, role: Role, organisationId = home): Promise<Actor & { kind: 'staff' }> {
      const id = uuidv7(clock, random);
      const person = { name, email: `${name}@e-salama.example`, lang: 'fr' as const, roles: [role], organisationId };
      await transaction(db, (tx) => identity.directory.insertAccount(tx, 'system', id, person, 'active'));
      return {
        kind: 'staff',
        accountId: id,
        name,
        lang: 'fr',
        roles: [role],
        organisationId,
        territory: null,
        assurance: 'full',
        factors: ['passkey'],
        sessionId: 'test',
      };
    },

    /** Puts a target on the national list, or takes it off: the feed log's part of a release. */
    list: nationalLister(platform, feed),

    async audits(): Promise<{ action: string; subject: string; actor: string; detail: unknown }[]> {
      const { rows } = await sql<{ action: string; subject: string; actor: string; detail: unknown }>`
        select action, subject, actor, detail from audit.entry where action like 'safe-access.%' order by at, id`.execute(
        db,
      );
      return rows;
    },

    async close() {
      await safeAccess.stop();
      country.stop();
      await platform.close();
      rmSync(stateDir, { recursive: true });
    },
  };
}
export type TestFamilies = Awaited<ReturnType<typeof openFamilies>>;
