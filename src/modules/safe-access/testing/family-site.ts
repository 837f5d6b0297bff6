import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { transaction } from '../../../platform/db.ts';
import { buildServer } from '../../../platform/http/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Mail } from '../../../platform/mail.ts';
import { createTestPlatform, type TestOptions } from '../../../platform/testkit/index.ts';
import { createFeed } from '../../blocking/index.ts';
import { createCountry } from '../../country/index.ts';
import { createIdentity, type Role, type StaffActor } from '../../identity/index.ts';
import { Browser } from '../../identity/testing/desk.ts';
import { createRetention } from '../../retention/index.ts';
import { type FamilyDeps, familyPages, foreignHosts } from '../http/index.ts';
import { createSafeAccess } from '../index.ts';
import { nationalLister } from './national.ts';
import { REWRITES } from './resolver.ts';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** A web server with the families' pages on it, and everything behind them real; mails are read from `mails`. */
export async function openFamilySite(options: TestOptions & Pick<FamilyDeps, 'signer'> = {}) {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const stateDir = mkdtempSync(path.join(tmpdir(), 'family-site-'));
  const env = { SALAMA_STATE: stateDir, PUBLIC_ORIGIN: origin, PORT: String(port), ...options.env };
  const platform = await createTestPlatform({ ...options, env });
  const mails: Mail[] = [];
  platform.mail.send = async (mail) => {
    mails.push(mail);
    return { response: '250 ok' };
  };
  const { clock, random, db } = platform;
  const country = createCountry(platform);
  await country.start();
  const { zone } = country.pack().pack;
  const identity = createIdentity(platform, { zone });
  const retention = createRetention(platform, { country });
  const feed = createFeed(platform);
  const safeAccess = createSafeAccess(platform, {
    country,
    identity,
    retention,
    blocking: { feed },
    rewrites: REWRITES,
  });
  const dnsName = platform.config.dns.name;
  const app: FastifyInstance = await buildServer(platform, {
    zone,
    fallbackLang: 'ar',
    shellData: async (req) => ({
      helpLines: country.barLines().map((l) => ({ id: l.id, label: l.name[req.lang], tel: l.tel ?? '' })),
      user: undefined,
    }),
    beforeRoutes(root) {
      foreignHosts(root, { platform, safeAccess, dnsName });
      identity.hooks(root);
    },
  });
  await app.register(identity.routes({ zone }));
  await app.register(
    familyPages({
      platform,
      safeAccess,
      identity,
      country,
      zone,
      dnsName,
      ...(options.signer ? { signer: options.signer } : {}),
    }),
  );
  await app.listen({ port, host: '127.0.0.1' });
  await platform.jobs.start(platform.pool);

  /** Somebody with that role and a session; the token is for the cookie `ss`. */
  async function person(
    name: string,
    role: Role,
    organisation?: string,
  ): Promise<{ actor: StaffActor; token: string }> {
    const opened = await transaction(db, async (tx) => {
      const id = uuidv7(clock, random);
      if (role === 'parent') {
        const made = await identity.directory.insertParent(tx, { email: `${name}@family.example`, lang: 'ar' });
        return identity.sessions.open(tx, made.id, { assurance: 'full', factors: ['mail'] });
      }
      const organisationId = organisation ?? '';
      const given = { name, email: `${name}@school.example`, lang: 'ar' as const, roles: [role], organisationId };
      await identity.directory.insertAccount(tx, 'system', id, given, 'active');
      return identity.sessions.open(tx, id, { assurance: 'full', factors: ['passkey'] });
    });
    const actor = await identity.sessions.actorOf(opened.token);
    if (!actor) throw new Error('no session');
    return { actor, token: opened.token };
  }

  return {
    origin,
    platform,
    identity,
    safeAccess,
    country,
    app,
    mails,
    person,
    feed,
    list: nationalLister(platform, feed),
    school: (name: string) =>
      transaction(db, (tx) =>
        identity.directory.insertOrganisation(tx, 'system', { name, kind: 'school', territory: null }),
      ),
    browser: () => new Browser(app),
    async close() {
      await platform.jobs.stop();
      await app.close();
      await safeAccess.stop();
      country.stop();
      await platform.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
export type FamilySite = Awaited<ReturnType<typeof openFamilySite>>;
