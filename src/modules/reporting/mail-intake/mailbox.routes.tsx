import type { FastifyInstance } from 'fastify';
import { sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { auditName, can, type Identity } from '../../identity/index.ts';
import { MAIL_UNKNOWN } from '../errors.ts';
import type { MailIntake } from './index.ts';
import { MailboxPage } from './mailbox-page.tsx';

const PATH = '/desk/mailbox';

/** `/desk/mailbox`: how the mailbox of reports stands, and what came in by it that is no report. */
export function mailboxRoutes(deps: { platform: Platform; mailIntake: MailIntake; identity: Identity }) {
  const { mailIntake, identity } = deps;

  return async (app: FastifyInstance): Promise<void> => {
    app.get(PATH, { preHandler: identity.requireStaff('mailbox.read') }, async (req, reply) => {
      const now = deps.platform.clock.now();
      return sendPage(req, reply, {
        title: req.tr.t('reporting.mail.page.title'),
        shell: 'desk',
        nav: 'mailbox',
        path: PATH,
        body: (
          <MailboxPage
            settings={mailIntake.settings}
            box={await mailIntake.box()}
            counts={await mailIntake.counts(now)}
            mails={await mailIntake.noReports()}
            mayManage={can(req.actor, 'mailbox.manage')}
          />
        ),
      });
    });

    const manage = { preHandler: identity.requireStaff('mailbox.manage') };
    app.post(`${PATH}/now`, manage, async (req, reply) => {
      await mailIntake.lookNow(auditName(req.actor));
      return reply.redirect(PATH, 303);
    });
    for (const verb of ['again', 'seen'] as const)
      app.post(`${PATH}/:id/${verb}`, manage, async (req, reply) => {
        const { id } = req.params as { id: string };
        if (!isUuid(id)) throw MAIL_UNKNOWN();
        await mailIntake[verb](id, auditName(req.actor));
        return reply.redirect(PATH, 303);
      });
  };
}
