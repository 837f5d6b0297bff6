import type { FastifyInstance, FastifyRequest } from 'fastify';
import { field } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { type PactTerms, pactTerms } from '../index.ts';
import { asKept, CHILD_PROMISES, offered, ownWords, PARENT_PROMISES } from '../pact-words.ts';
import { PactFormPage, PactPage, type PactTyped } from '../pages/pact-pages.tsx';
import { actorOf, attempt, backTo, chosen, type FamilyDeps, familyPage, param } from './deps.ts';
import { doorOf, placeOf } from './profile.routes.tsx';

/** The pact of a family: written together, agreed to by both, kept in versions. */
export function pactRoutes(deps: FamilyDeps) {
  const { profiles, pacts } = deps.safeAccess;

  /** What was agreed before, as the form shows it; nothing agreed: what most families choose. */
  function typedOf(terms: PactTerms | undefined): PactTyped {
    if (!terms)
      return {
        parent: ['listen', 'explain', 'no-spying'],
        child: ['tell', 'no-meeting', 'no-pictures'],
        parentOwn: '',
        childOwn: '',
        reviewOn: '',
      };
    const named = <T extends string>(kept: readonly string[], names: readonly T[]) =>
      kept.flatMap((promise) => offered(promise, names) ?? []);
    const own = (kept: readonly string[], names: readonly string[]) =>
      kept.find((promise) => offered(promise, names) === undefined) ?? '';
    return {
      parent: named(terms.parentPromises, PARENT_PROMISES),
      child: named(terms.childPromises, CHILD_PROMISES),
      parentOwn: own(terms.parentPromises, PARENT_PROMISES),
      childOwn: own(terms.childPromises, CHILD_PROMISES),
      reviewOn: terms.reviewOn ?? '',
    };
  }

  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: doorOf(deps, 'family') };
    for (const lang of LANGS) {
      const at = placeOf('family', lang, ':id').at;
      const here = (req: FastifyRequest) => placeOf('family', lang, param(req, 'id'));
      const path = (req: FastifyRequest) => `${here(req).at.slice(lang.length + 1)}/pact`;
      const load = (req: FastifyRequest) => profiles.get(actorOf(req), param(req, 'id'));

      app.get(`${at}/pact`, inside, async (req, reply) => {
        const child = await load(req);
        const versions = await pacts.list(actorOf(req), child.id);
        return familyPage(req, reply, path(req), <PactPage place={here(req)} child={child} versions={versions} />);
      });

      app.get(`${at}/pact/new`, inside, async (req, reply) => {
        const child = await load(req);
        const [newest] = await pacts.list(actorOf(req), child.id);
        const body = <PactFormPage place={here(req)} child={child} typed={typedOf(newest?.terms)} />;
        return familyPage(req, reply, `${path(req)}/new`, body);
      });

      app.post(`${at}/pact`, inside, async (req, reply) => {
        const child = await load(req);
        const typed: PactTyped = {
          parent: chosen(req, 'parent', PARENT_PROMISES),
          child: chosen(req, 'child', CHILD_PROMISES),
          parentOwn: ownWords(field(req, 'parentOwn')),
          childOwn: ownWords(field(req, 'childOwn')),
          reviewOn: field(req, 'reviewOn'),
        };
        const again = (error: string, status: number) =>
          familyPage(
            req,
            reply,
            `${path(req)}/new`,
            <PactFormPage place={here(req)} child={child} typed={typed} error={error} />,
            status,
          );
        const { closed, windows, safeSearch, youtube, keeps } = child.rules;
        const terms = pactTerms.safeParse({
          closed,
          windows,
          safeSearch,
          youtube,
          keeps,
          noPunishmentForTelling: true,
          parentPromises: [...typed.parent.map(asKept), typed.parentOwn].filter(Boolean),
          childPromises: [...typed.child.map(asKept), typed.childOwn].filter(Boolean),
          ...(typed.reviewOn ? { reviewOn: typed.reviewOn } : {}),
        });
        if (!terms.success) return again(req.tr.t('safe-access.family.pact.wrong'), 422);
        if (terms.data.parentPromises.length + terms.data.childPromises.length === 0)
          return again(req.tr.t('safe-access.family.pact.empty'), 422);
        const proposed = await attempt(req, () => pacts.propose(actorOf(req), child.id, terms.data));
        if ('error' in proposed) return again(proposed.error, proposed.status);
        return backTo(reply, `${here(req).at}/pact`);
      });
    }
  };
}
