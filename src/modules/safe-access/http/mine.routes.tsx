import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { UNKNOWN } from '../errors.ts';
import { isToken } from '../family/tokens.ts';
import { CATEGORY_NAMES } from '../index.ts';
import { MinePage } from '../pages/mine-page.tsx';
import { attempt, backTo, chosen, doneOf, type FamilyDeps, param } from './deps.ts';

/**
 * The child's link, in the browser that opened it: the block page then knows whose rules to explain, and leads back to where
 * the answer will be. On our own origin only; no page of a blocked name can read it, and no script.
 */
const MINE_COOKIE = 'fm';
const HALF_YEAR = 180 * 24 * 3600;

/** The token of the child's page that was opened in this browser. */
export function mineOf(req: FastifyRequest): string | undefined {
  const token = req.cookies[MINE_COOKIE];
  return token !== undefined && isToken(token) ? token : undefined;
}

/** `/{lang}/mine/<token>`: the child's own side, by link, without an account. */
export function mineRoutes(deps: FamilyDeps) {
  const { children, contests, siteName } = deps.safeAccess;
  const { clock, config } = deps.platform;
  const secure = config.publicOrigin.startsWith('https:');

  return async (app: FastifyInstance): Promise<void> => {
    for (const lang of LANGS) {
      const at = `/${lang}/mine`;
      const mine = async (
        req: FastifyRequest,
        reply: FastifyReply,
        over: { typed?: string; askError?: string; error?: string; status?: number } = {},
      ) => {
        const token = param(req, 'token');
        const view = await children.view(token);
        void reply.setCookie(MINE_COOKIE, token, {
          path: '/',
          httpOnly: true,
          sameSite: 'lax',
          secure,
          maxAge: HALF_YEAR,
        });
        const body = (
          <MinePage
            at={`${at}/${token}`}
            view={view}
            now={clock.now()}
            done={doneOf(req)}
            asked={{ typed: over.typed ?? '', error: over.askError }}
            error={over.error}
          />
        );
        return sendPage(req, reply, {
          title: req.tr.t('safe-access.family.mine.tab'),
          shell: 'public',
          path: `/mine/${token}`,
          body,
          status: over.status ?? 200,
        });
      };
      app.get(`${at}/:token`, (req, reply) => mine(req, reply));

      app.post(`${at}/:token/ask`, async (req, reply) => {
        const typed = field(req, 'name').slice(0, 300);
        const asked = await attempt(req, () => children.ask(param(req, 'token'), typed));
        if ('error' in asked) return mine(req, reply, { typed, askError: asked.error, status: asked.status });
        return backTo(reply, `${at}/${param(req, 'token')}`, 'sent');
      });

      app.post(`${at}/:token/contest`, async (req, reply) => {
        const token = param(req, 'token');
        const [category] = chosen(req, 'category', CATEGORY_NAMES);
        const name = siteName(field(req, 'name'));
        if (!category || !name) return backTo(reply, `${at}/${token}`);
        const said = await attempt(req, () => contests.contestAsChild(token, { name, category }));
        if ('error' in said) return mine(req, reply, { error: said.error, status: said.status });
        return backTo(reply, `${at}/${token}`, 'contested');
      });

      for (const [word, act] of [
        ['agree', (token: string, pact: string) => children.agree(token, pact)],
        ['decline', (token: string, pact: string) => children.decline(token, pact)],
      ] as const)
        app.post(`${at}/:token/pact/:pact/${word}`, async (req, reply) => {
          const [token, pact] = [param(req, 'token'), param(req, 'pact')];
          if (!isUuid(pact)) throw UNKNOWN();
          try {
            await act(token, pact);
          } catch (error) {
            // Changed meanwhile: the page shows the newest version.
            if (!(error instanceof AppError) || error.status !== 409) throw error;
            return backTo(reply, `${at}/${token}`);
          }
          return backTo(reply, `${at}/${token}`, word === 'agree' ? 'agreed' : 'declined');
        });
    }
  };
}
