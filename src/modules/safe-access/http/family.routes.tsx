import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { mayEver, type StaffActor } from '../../identity/index.ts';
import { type Answer, BANDS, type Family, REFUSAL_REASONS } from '../index.ts';
import { AccountPage, GonePage, ParentsPage } from '../pages/account-pages.tsx';
import { WelcomePage } from '../pages/enter-pages.tsx';
import { HomePage } from '../pages/home-page.tsx';
import { type NewChild, NewChildPage } from '../pages/new-child-page.tsx';
import { actorOf, attempt, backTo, chosen, doneOf, door, type FamilyDeps, familyPage, param } from './deps.ts';
import { firstRules, MATTERS, mattersOf } from './first-rules.ts';

const LABEL_MAX = 60;

/** `/{lang}/family`: the parents' side. Whoever is no parent sees what it is, and where it begins. */
export function familyRoutes(deps: FamilyDeps) {
  const { safeAccess, identity, platform } = deps;
  const { families, profiles, requests } = safeAccess;
  const { clock } = platform;

  const mine = async (actor: StaffActor): Promise<Family | undefined> => (await families.mine(actor))[0];

  async function answer(req: FastifyRequest): Promise<Answer | undefined> {
    const typed = field(req, 'answer');
    if (typed === 'good') return { kind: 'for-good' };
    if (typed === 'no')
      return { kind: 'refused', reason: REFUSAL_REASONS.find((r) => r === field(req, 'reason')) ?? 'let-us-talk' };
    return typed === '60' ? { kind: 'for-a-time', minutes: 60 } : undefined;
  }

  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: door('family.create', (lang) => `/${lang}/family`) };
    for (const lang of LANGS) {
      const at = `/${lang}/family`;

      app.get(at, async (req, reply) => {
        if (!mayEver(req.actor, 'family.create')) return familyPage(req, reply, '/family', <WelcomePage />);
        const actor = actorOf(req);
        const family = await mine(actor);
        const [children, asked] = family
          ? await Promise.all([profiles.list(actor, { family: family.id }), requests.list(actor, family.id)])
          : [[], []];
        const body = (
          <HomePage children={children} requests={asked} now={clock.now()} name={actor.name} done={doneOf(req)} />
        );
        return familyPage(req, reply, '/family', body);
      });

      const question = (req: FastifyRequest, reply: FastifyReply, given: NewChild, error?: string) =>
        familyPage(req, reply, undefined, <NewChildPage given={given} error={error} />, error ? 422 : 200);
      app.get(`${at}/new`, inside, (req, reply) =>
        question(req, reply, { step: 1, label: '', band: undefined, matters: [] }),
      );
      app.post(`${at}/new`, inside, async (req, reply) => {
        const label = field(req, 'label').trim().slice(0, LABEL_MAX);
        const band = BANDS.find((b) => b === field(req, 'band'));
        const step = field(req, 'step');
        const back = field(req, 'back') !== '';
        const given = (at: 1 | 2 | 3, matters: NewChild['matters'] = []): NewChild => ({
          step: at,
          label,
          band,
          matters,
        });
        if (label === '' || (back && step === '2'))
          return question(req, reply, given(1), back ? undefined : req.tr.t('safe-access.family.new.nameMissing'));
        if (step === '1' || (back && step === '3')) return question(req, reply, given(2));
        if (!band) return question(req, reply, given(2), req.tr.t('safe-access.family.new.bandMissing'));
        const preset = safeAccess.preset(band);
        if (step === '2') return question(req, reply, given(3, mattersOf(preset)));
        const actor = actorOf(req);
        const rules = firstRules(preset, chosen(req, 'matters', MATTERS));
        const family = (await mine(actor)) ?? (await families.create(actor));
        const made = await profiles.create(actor, { family: family.id }, { label, band, lang, rules });
        return backTo(reply, `${at}/child/${made.profile.id}/device`);
      });

      app.post(`${at}/request/:id`, inside, async (req, reply) => {
        const given = await answer(req);
        if (given) await requests.answer(actorOf(req), param(req, 'id'), given);
        return backTo(reply, at, 'answered');
      });

      const parents = async (
        req: FastifyRequest,
        reply: FastifyReply,
        more: { invitation?: { url: string; expiresAt: Date }; error?: string; status?: number } = {},
      ) => {
        const actor = actorOf(req);
        const body = <ParentsPage family={await mine(actor)} me={actor.accountId} {...more} />;
        return familyPage(req, reply, more.invitation ? undefined : '/family/parents', body, more.status ?? 200);
      };
      app.get(`${at}/parents`, inside, (req, reply) => parents(req, reply));
      app.post(`${at}/parents/invite`, inside, async (req, reply) => {
        const actor = actorOf(req);
        const family = (await mine(actor)) ?? (await families.create(actor));
        const { token, expiresAt } = await families.invite(actor, family.id);
        return parents(req, reply, {
          invitation: { url: `${platform.config.publicOrigin}${at}/join/${token}`, expiresAt },
        });
      });
      app.post(`${at}/parents/leave`, inside, async (req, reply) => {
        const actor = actorOf(req);
        const family = await mine(actor);
        const left = await attempt(req, async () => family && (await families.leave(actor, family.id)));
        return 'error' in left ? parents(req, reply, left) : backTo(reply, at);
      });

      const account = async (req: FastifyRequest, reply: FastifyReply, error?: string, status = 200) => {
        const actor = actorOf(req);
        const { passkeys } = await identity.enrolment.credentialsOf(actor.accountId);
        const body = <AccountPage name={actor.name} passkeys={passkeys} done={doneOf(req)} error={error} />;
        return familyPage(req, reply, '/family/account', body, status);
      };
      app.get(`${at}/account`, inside, (req, reply) => account(req, reply));
      app.post(`${at}/account/name`, inside, async (req, reply) => {
        await identity.mailSignIn.rename(actorOf(req), field(req, 'name'));
        return backTo(reply, `${at}/account`, 'saved');
      });
      app.post(`${at}/account/passkey/remove`, inside, async (req, reply) => {
        const removed = await attempt(req, () => identity.enrolment.removePasskey(actorOf(req), field(req, 'id')));
        return 'error' in removed
          ? account(req, reply, removed.error, removed.status)
          : backTo(reply, `${at}/account`, 'removed');
      });
      app.post(`${at}/account/delete`, inside, async (req, reply) => {
        const actor = actorOf(req);
        if (field(req, 'sure') === '')
          return account(req, reply, req.tr.t('safe-access.family.account.deleteUnsure'), 422);
        // The other parent keeps the family: only the last one takes everything along.
        for (const family of await families.mine(actor))
          if (family.parents.length > 1) await families.leave(actor, family.id);
          else await families.close(actor, family.id);
        await identity.mailSignIn.close(actor);
        void identity.clearSession(reply);
        return familyPage(req, reply, undefined, <GonePage />);
      });
    }
  };
}
