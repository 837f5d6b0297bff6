import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { createTestPlatform } from '../../../platform/testkit/index.ts';
import { createDeskModules, createDeskServer, report, signIn } from '../../casework/testing/desk-fixture.ts';
import { createDisclosure, identityRoutes } from '../../disclosure/index.ts';
import type { PrintingPort } from '../../evidence/index.ts';
import type { Role, StaffActor } from '../../identity/index.ts';
import type { ReportInput } from '../../reporting/index.ts';
import type { ReferralInput } from '../drafting.ts';
import { createReferral, type EvidencePort, referralRoutes } from '../index.ts';
import type { ReferralState } from '../referral.ts';

export interface CaughtMail {
  to: string[];
  text: string;
}

/** The desk, the referral module and a real mail server on a fresh database. */
export async function openScene(over: { printing?: PrintingPort; evidence?: EvidencePort } = {}) {
  const mails: CaughtMail[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      simpleParser(stream).then((mail) => {
        mails.push({
          to: session.envelope.rcptTo.map((r) => r.address),
          text: `${mail.subject}\n${mail.text}`,
        });
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const police = await generateIdentity();
  const recovery = await generateIdentity();
  const platform = await createTestPlatform({
    env: {
      SALAMA_DEMO: '1',
      SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
      SALAMA_EVIDENCE_RECOVERY: await identityToRecipient(recovery),
    },
  });
  // A clock that stands still gives one time to things that happened one after the other.
  const standing = platform.clock.now.bind(platform.clock);
  platform.clock.now = () => {
    platform.clock.advance(1);
    return standing();
  };
  const modules = await createDeskModules(platform);
  const disclosure = createDisclosure(platform, modules);
  const referral = createReferral(platform, {
    ...modules,
    disclosure,
    printing: over.printing ?? { print: async () => undefined },
    ...(over.evidence ? { evidence: over.evidence } : {}),
  });
  const server = await createDeskServer(modules, { referralPanel: referral.referralPanel });
  await server.register(referralRoutes(referral));
  await server.register(identityRoutes({ disclosure, identity: modules.identity }));
  const accounts = await modules.identity.createDemoAccounts();
  const organisations = await modules.identity.listOrganisations();
  const organisation = (name: string) => organisations.find((o) => o.name === name)?.id as string;
  const { country, identity, reporting, casework } = modules;
  await country.setOverlay('system', 'bodies.dgsn.organisation', organisation('Police (demonstration)'));
  await country.setOverlay('system', 'bodies.dgsn.ageKeys', [await identityToRecipient(police)]);
  await country.setOverlay('system', 'bodies.gendarmerie.organisation', organisation('Police (demonstration)'));
  await country.setOverlay('system', 'bodies.onde.organisation', organisation('Care service (demonstration)'));
  const people = new Map((await identity.listAccounts()).map((a) => [a.email, a]));

  /** Somebody signed in, as the routes would have them. */
  function actor(role: Role, change: Partial<StaffActor> = {}): StaffActor {
    const account = people.get(`${role}@e-salama.example`);
    if (!account) throw new Error(`nobody is ${role}`);
    return {
      kind: 'staff',
      accountId: account.id,
      name: account.name,
      lang: 'en',
      roles: account.roles,
      organisationId: account.organisationId,
      territory: account.territory,
      assurance: 'full',
      factors: ['passkey'],
      sessionId: 'test',
      ...change,
    };
  }

  return {
    ...modules,
    referral,
    disclosure,
    server,
    mails,
    keys: { police, recovery },
    actor,
    organisation,
    as: (role: Role) => signIn(server, accounts.find((a) => a.role === role)?.url ?? '', 'en'),

    /** A report with a link and the item that it makes. */
    async item(given: Parameters<typeof report>[1] = {}): Promise<{ report: string; item: string }> {
      const input: ReportInput = report(reporting, {
        category: 'sextortion',
        links: [`http://chat.sample-app.example/u/member${Math.floor(platform.random.int(1e9))}`],
        ...given,
      });
      const accepted = await reporting.submit(input);
      while (await casework.linker.drain());
      const [item] = await casework.itemsOfReport(accepted.id);
      return { report: accepted.id, item: item?.id as string };
    },

    input: (change: Partial<ReferralInput> = {}): ReferralInput => ({
      body: 'dgsn',
      category: 'sextortion',
      urgency: 'urgent',
      urgencyReason: 'Demands continue tonight.',
      note: '',
      place: '',
      hold: false,
      sensitive: false,
      tellReporter: true,
      withWords: false,
      withAccounts: false,
      withPlace: false,
      warning: { decision: 'not-safe', reason: 'danger-now', words: '' },
      ...change,
    }),

    /** Once the jobs have brought it there. */
    async until(id: string, state: ReferralState): Promise<void> {
      for (let tries = 0; tries < 400; tries++) {
        if ((await referral.store.get(id)).state === state) return;
        await sleep(25);
      }
      throw new Error(`it is ${(await referral.store.get(id)).state}, not ${state}`);
    },

    /** Lets time pass and does what is due then. */
    async pass(ms: number): Promise<void> {
      platform.clock.advance(ms);
      await platform.ticks.run('referral.clocks');
      await platform.ticks.run('referral.mails');
    },

    steps: async (id: string) => (await reporting.mailbox.view(id)).progress.map((p) => p.step),

    async close() {
      await server.close();
      await platform.jobs.stop();
      await reporting.close();
      await platform.close();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}
export type Scene = Awaited<ReturnType<typeof openScene>>;
