import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../../platform/errors.ts';
import { authorize, staffOf } from '../../../identity/index.ts';
import { type AssessmentTyped, emptyAssessment, parseAssessment } from '../../desk/assessment-form.ts';
import { type DeskDeps, door, idParam, RECORD, show } from '../../desk/context.ts';
import { among, bodyOf, type FormBody, type FormErrors, one } from '../../desk/forms.ts';
import { factsOf } from '../../desk/item-view.ts';
import { platformName, shortenMiddle } from '../../pages/words.tsx';
import { MAX_NOTE } from '../answers.ts';
import { DecidePage } from '../pages/decide-page.tsx';
import { LookPage } from '../pages/look-page.tsx';
import { LooksPage } from '../pages/looks-page.tsx';
import { QualityPage } from '../pages/quality-page.tsx';
import { doneByOf } from '../second-look.ts';
import { lookPossible } from '../verification.ts';
import { shownJudgement, shownOf } from './shown.ts';

/** Months that the figures of agreement can be chosen from. */
const MONTHS = 12;

interface Over {
  status?: number;
  error?: string;
  assess?: { typed: AssessmentTyped; errors: FormErrors };
}

/** `/desk/verify`: second looks. `/desk/disagreements`: between two judgements. `/desk/quality`: how far people agree. */
export function verifyRoutes(deps: DeskDeps) {
  const { casework, country, identity, platform } = deps;
  const { secondLook } = casework;
  const sentence = (req: FastifyRequest, error: AppError) => req.tr.t(error.messageKey, error.params);

  async function list(req: FastifyRequest, reply: FastifyReply, room: 'verify' | 'disagreements') {
    const open = await secondLook.waiting(room === 'verify' ? 'proposed' : 'disagreed', staffOf(req).accountId);
    const rows = open.map(({ look, item }) => ({
      id: look.id,
      item,
      platform: platformName(country, req.tr, item.platform),
      since: look.proposed_at,
      blind: look.blind,
    }));
    const done = among(one(req.query as FormBody, 'done'), ['agreed', 'disagreed', 'decided']);
    const body = <LooksPage room={room} rows={rows} now={platform.clock.now()} done={done} />;
    return show(req, reply, { room, title: req.tr.t(`casework.${room}.title`), path: `/desk/${room}`, body });
  }

  async function lookPage(req: FastifyRequest, reply: FastifyReply, id: string, over: Over = {}) {
    const { look, item, first } = await secondLook.detail(id);
    authorize(req.actor, 'item.verify', { ...RECORD, doneBy: doneByOf(look) });
    const names = await identity.namesOf([look.first_account]);
    const ids = new Set(country.pack().law.articles.map((a) => a.id));
    const waits = lookPossible(look.state, 'agree');
    const body = (
      <LookPage
        id={id}
        waits={waits}
        facts={await factsOf(deps, req, item)}
        lookAvailable={deps.rendering !== undefined}
        display={await deps.casework.wellbeing.displayOf(staffOf(req).accountId)}
        // Whoever decides blind sees of the first judgement that there is one.
        first={
          look.blind
            ? undefined
            : {
                shown: await shownOf(deps, req, { ...first, note: first.openNote }),
                by: names.get(look.first_account) ?? '',
                at: first.at,
                sameContent: look.kind === 'same-content',
              }
        }
        error={over.error}
        form={{
          ...(over.assess ?? { typed: emptyAssessment(item, country, undefined), errors: {} }),
          schema: casework.schemas.current(),
          categories: country.categories(),
          articles: country.law([...ids]),
          instruments: new Map(country.pack().law.instruments.map((i) => [i.id, req.tr.text(i.name)])),
        }}
      />
    );
    const title = shortenMiddle(item.host ?? req.tr.t(`casework.kind.${item.kind}`), 60);
    return show(req, reply, { room: 'verify', title, path: `/desk/verify/${id}`, body, status: over.status ?? 200 });
  }

  async function decidePage(req: FastifyRequest, reply: FastifyReply, id: string, over: Over = {}) {
    const { look, item, first, second } = await secondLook.detail(id);
    authorize(req.actor, 'item.disagreement.decide', { ...RECORD, doneBy: doneByOf(look) });
    const names = await identity.namesOf(doneByOf(look));
    const at = look.second_at ?? first.at;
    const body = (
      <DecidePage
        id={id}
        waits={lookPossible(look.state, 'decide')}
        facts={await factsOf(deps, req, item)}
        inForce={look.kind === 'sample'}
        error={over.error}
        first={{
          shown: await shownOf(deps, req, { ...first, note: first.openNote }),
          by: names.get(look.first_account) ?? '',
          at: first.at,
        }}
        second={
          second && {
            shown: await shownJudgement(
              deps,
              req,
              { ...second, note: second.openNote },
              at,
              casework.schemas.current().id,
            ),
            by: names.get(look.second_account ?? '') ?? '',
            at,
          }
        }
      />
    );
    const title = req.tr.t('casework.disagreements.title');
    return show(req, reply, {
      room: 'disagreements',
      title,
      path: `/desk/disagreements/${id}`,
      body,
      status: over.status ?? 200,
    });
  }

  /** What a person can put right is said on the page; all else is an error like any other. */
  const refused = (error: unknown): AppError => {
    if (error instanceof AppError && (error.status === 409 || error.status === 400)) return error;
    throw error;
  };

  return async (app: FastifyInstance) => {
    app.get('/desk/verify', door(deps, 'item.verify'), (req, reply) => list(req, reply, 'verify'));
    app.get('/desk/verify/:id', door(deps, 'item.verify'), (req, reply) => lookPage(req, reply, idParam(req)));

    app.post('/desk/verify/:id', door(deps, 'item.verify'), async (req, reply) => {
      const id = idParam(req);
      const look = await secondLook.find(id);
      authorize(req.actor, 'item.verify', { ...RECORD, doneBy: doneByOf(look) });
      const { accountId } = staffOf(req);
      const agrees = one(bodyOf(req), 'agree') === 'yes';
      const parsed = agrees ? undefined : parseAssessment(bodyOf(req), country, casework.schemas.current());
      if (parsed && !parsed.input) return lookPage(req, reply, id, { status: 400, assess: parsed });
      try {
        const { agreed } = await secondLook.look(id, accountId, parsed?.input ?? 'agree');
        return reply.redirect(`/desk/verify?done=${agreed ? 'agreed' : 'disagreed'}`, 303);
      } catch (error) {
        const found = refused(error);
        return lookPage(req, reply, id, {
          status: found.status,
          error: sentence(req, found),
          ...(parsed ? { assess: parsed } : {}),
        });
      }
    });

    app.get('/desk/disagreements', door(deps, 'item.disagreement.decide'), (req, reply) =>
      list(req, reply, 'disagreements'),
    );
    app.get('/desk/disagreements/:id', door(deps, 'item.disagreement.decide'), (req, reply) =>
      decidePage(req, reply, idParam(req)),
    );

    app.post('/desk/disagreements/:id', door(deps, 'item.disagreement.decide'), async (req, reply) => {
      const id = idParam(req);
      const look = await secondLook.find(id);
      authorize(req.actor, 'item.disagreement.decide', { ...RECORD, doneBy: doneByOf(look) });
      const pick = among(one(bodyOf(req), 'pick'), ['first', 'second']);
      const why = one(bodyOf(req), 'why').trim().slice(0, MAX_NOTE);
      if (!pick) return decidePage(req, reply, id, { status: 400, error: req.tr.t('casework.disagreements.choose') });
      try {
        await secondLook.decide(id, staffOf(req).accountId, pick, why);
      } catch (error) {
        const found = refused(error);
        return decidePage(req, reply, id, { status: found.status, error: sentence(req, found) });
      }
      return reply.redirect('/desk/disagreements?done=decided', 303);
    });

    app.get('/desk/quality', door(deps, 'quality.read'), async (req, reply) => {
      authorize(req.actor, 'quality.read');
      const thisMonth = country.localDate(platform.clock.now()).slice(0, 7);
      const months = lastMonths(thisMonth, MONTHS);
      const month = among(one(req.query as FormBody, 'month'), months) ?? thisMonth;
      const quality = await casework.quality(month);
      const body = (
        <QualityPage
          month={month}
          months={months}
          quality={quality}
          categoryName={(c) => req.tr.text(country.category(c).name)}
        />
      );
      return show(req, reply, {
        room: 'quality',
        title: req.tr.t('casework.quality.title'),
        path: '/desk/quality',
        body,
      });
    });
  };
}

/** `count` months up to and with `month` (`YYYY-MM`), newest first. Pure. */
export function lastMonths(month: string, count: number): string[] {
  const [year, index] = month.split('-').map(Number) as [number, number];
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(year, index - 1 - back, 1)).toISOString().slice(0, 7),
  );
}
