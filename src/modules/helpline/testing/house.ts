import { type Mailbox, startMailbox } from '../../../../world/mailbox.ts';
import { createModules, createServer } from '../../../compose.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { createTestPlatform } from '../../../platform/testkit/index.ts';
import { report, signIn, Visitor } from '../../casework/testing/desk-fixture.ts';
import type { Role } from '../../identity/index.ts';
import type { ReportInput } from '../../reporting/index.ts';

/** The whole house on a fresh database, with a mail server that really takes mail. */
export async function openHouse(start?: Date, env: Record<string, string> = {}) {
  const mailbox: Mailbox = await startMailbox({ port: 0, now: () => new Date() });
  const platform = await createTestPlatform({
    ...(start ? { start } : {}),
    env: {
      SALAMA_DEMO: '1',
      SMTP_URL: `smtp://127.0.0.1:${mailbox.port}`,
      MAIL_FROM: 'e-Salama <desk@e-salama.example>',
      ...env,
    },
  });
  const modules = await createModules(platform);
  const server = await createServer(modules);
  const accounts = await modules.identity.createDemoAccounts();
  const ids = new Map((await modules.identity.listAccounts()).map((a) => [a.email, a.id]));
  const email = (role: Role) => accounts.find((a) => a.role === role)?.email ?? '';
  return {
    ...modules,
    platform,
    server,
    mailbox,
    email,
    id: (role: Role) => ids.get(email(role)) ?? '',
    as: (role: Role, lang: Lang = 'en') => signIn(server, accounts.find((a) => a.role === role)?.url ?? '', lang),
    /** A child's report, as the form sends it; answers its id and follow-up number. */
    async childReports(over: Omit<Partial<ReportInput>, 'links'> & { links?: string[] } = {}) {
      const input = report(modules.reporting, {
        reporter: 'child',
        language: 'fr',
        category: 'sextortion',
        narrative: 'Quelqu’un se moque de mes dessins.',
        ...over,
      });
      const accepted = await modules.reporting.submit(input);
      await platform.ticks.run('casework.link');
      await platform.ticks.run('helpline.inbox');
      return accepted;
    },
    /** The child's own browser, behind the follow-up number. */
    async childReturns(receipt: string) {
      const child = new Visitor(server);
      await child.get('/fr/receipt');
      const answer = await child.post('/fr/receipt', { number: receipt });
      if (answer.statusCode !== 303) throw new Error(`the follow-up number answered ${answer.statusCode}`);
      await child.get('/fr/receipt');
      return child;
    },
    /** Lets the ticks of paging run once. */
    async page() {
      await platform.ticks.run('reporting.danger-steps');
      await platform.ticks.run('reporting.danger-deliveries');
    },
    async close() {
      await server.close();
      modules.country.stop();
      await modules.reporting.close();
      await platform.close();
      await mailbox.stop();
    },
  };
}
export type House = Awaited<ReturnType<typeof openHouse>>;
