import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Lang } from '../../../platform/i18n/index.ts';
import { authorize, staffOf } from '../../identity/index.ts';
import type { Helpline } from '../index.ts';
import { FiguresPage, QualityPage } from '../pages/quality-pages.tsx';
import { all, asked, idParam, RECORD, show } from './context.ts';

/** How soon we answer, and how well: figures for everybody who answers for it, a sample for the supervisor. */
export function qualityRoutes(helpline: Helpline) {
  const { country, identity, quality } = helpline;
  const languageName = (id: string) => country.pack().pack.languageNames[id as Lang] ?? '';
  const checks = (req: FastifyRequest) =>
    country.helpline().qualityChecks.map((c) => ({ id: c.id, name: req.tr.text(c.name) }));

  async function sheet(
    req: FastifyRequest,
    reply: FastifyReply,
    sample: string | undefined,
    opened?: Awaited<ReturnType<typeof quality.openAnswer>>,
  ) {
    const by = opened ? ((await identity.nameOf(opened.account)) ?? '') : '';
    const body = (
      <QualityPage
        sample={sample}
        opened={
          opened && {
            text: opened.text,
            by,
            language: languageName(opened.language),
            child: opened.child,
            category: req.tr.text(country.category(opened.category).name),
            at: opened.at,
          }
        }
        checks={checks(req)}
        done={asked(req, 'done') === '1'}
      />
    );
    return show(req, reply, {
      nav: 'helpline',
      title: req.tr.t('helpline.quality.title'),
      path: '/desk/helpline/quality',
      body,
    });
  }

  return async (app: FastifyInstance) => {
    app.get(
      '/desk/helpline/figures',
      { preHandler: identity.requireStaff('helpline.figures.read') },
      async (req, reply) => {
        const body = (
          <FiguresPage
            figures={await quality.figures()}
            languageName={languageName}
            checks={checks(req)}
            lateMinutes={country.helpline().firstAnswerMinutes}
          />
        );
        return show(req, reply, {
          nav: 'helpline',
          title: req.tr.t('helpline.figures.title'),
          path: '/desk/helpline/figures',
          body,
        });
      },
    );

    const review = { preHandler: identity.requireStaff('helpline.quality.review') };
    app.get('/desk/helpline/quality', review, async (req, reply) =>
      sheet(req, reply, await quality.sample(staffOf(req).accountId)),
    );

    app.post('/desk/helpline/quality/:message/open', review, async (req, reply) => {
      const message = idParam(req, 'message');
      authorize(req.actor, 'helpline.quality.review', { ...RECORD, doneBy: [await quality.answeredBy(message)] });
      return sheet(req, reply, message, await quality.openAnswer(message, staffOf(req).accountId));
    });

    app.post('/desk/helpline/quality/:message', review, async (req, reply) => {
      const message = idParam(req, 'message');
      authorize(req.actor, 'helpline.quality.review', { ...RECORD, doneBy: [await quality.answeredBy(message)] });
      await quality.review(message, staffOf(req).accountId, all(req, 'passed'));
      return reply.redirect('/desk/helpline/quality?done=1', 303);
    });
  };
}
