import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { field } from '../../../platform/http/index.ts';
import { LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { networksOf } from '../family/network.ts';
import { BONUS_KINDS, CATEGORY_NAMES, DAYS, keepsFor, type Profile, type Rules } from '../index.ts';
import { ChildLinkPage, ChildPage, type Place, RemovePage } from '../pages/child-page.tsx';
import { CopyValue, QrCode } from '../pages/parts.tsx';
import { RulesPage, WindowsPage } from '../pages/rules-pages.tsx';
import { actorOf, attempt, backTo, chosen, doneOf, door, type FamilyDeps, familyPage, param } from './deps.ts';
import { DANGERS, PASTIMES } from './first-rules.ts';
import { minutesUntil } from './wall-minutes.ts';

/** Where profiles of each kind have their pages. */
export const PLACES = {
  family: { action: 'family.create', home: (lang: string) => `/${lang}/family`, segment: 'child' },
  school: { action: 'school.manage', home: (lang: string) => `/${lang}/school`, segment: 'class' },
} as const;
export type PlaceOf = keyof typeof PLACES;

/** Whoever is no parent is led to where families begin; a teacher signs in like everybody of the programme. */
export function doorOf(deps: FamilyDeps, of: PlaceOf): preHandlerAsyncHookHandler {
  return of === 'school'
    ? deps.identity.requireStaff(PLACES.school.action)
    : door(PLACES.family.action, PLACES.family.home);
}

export const placeOf = (of: PlaceOf, lang: Lang, id: string): Place => ({
  of,
  home: PLACES[of].home(lang),
  at: `${PLACES[of].home(lang)}/${PLACES[of].segment}/${id}`,
});

const NAMES_MAX = 8000;

/** One child of a family, or one class of a school: what holds, bonus time, pause, rules, windows. */
export function profileRoutes(deps: FamilyDeps, of: PlaceOf) {
  const { safeAccess, platform, zone } = deps;
  const { profiles, contests, pacts, networks } = safeAccess;
  const { clock } = platform;

  const here = (req: FastifyRequest) => placeOf(of, req.lang, param(req, 'id'));
  const load = (req: FastifyRequest) => profiles.get(actorOf(req), param(req, 'id'));

  async function overview(
    req: FastifyRequest,
    reply: FastifyReply,
    more: { error?: string; status?: number; why?: Parameters<typeof ChildPage>[0]['why']; networks?: string } = {},
  ) {
    const actor = actorOf(req);
    const child = await load(req);
    const [blocked, history, versions] = await Promise.all([
      profiles.blocked(actor, child.id),
      profiles.history(actor, child.id),
      of === 'family' ? pacts.list(actor, child.id) : [],
    ]);
    const divided = of === 'school' ? await networks.ofSchool(actor, actor.organisationId) : undefined;
    const place = here(req);
    const body = (
      <ChildPage
        network={
          divided && {
            lines: divided.lines,
            typed: more.networks ?? (divided.classes.get(child.id) ?? []).join('\n'),
          }
        }
        place={place}
        child={child}
        blocked={blocked}
        pact={versions[0]}
        history={history}
        now={clock.now()}
        done={doneOf(req)}
        error={more.error}
        why={more.why}
      />
    );
    return familyPage(req, reply, place.at.slice(req.lang.length + 1), body, more.status ?? 200);
  }

  /** Minutes of a button, or until the time that was typed. */
  function minutesOf(req: FastifyRequest): number | undefined {
    const minutes = Number(field(req, 'minutes'));
    if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440) return minutes;
    return minutesUntil(field(req, 'until'), clock.now(), zone);
  }

  /** Names of a text, one or several a line; what is none comes back apart. */
  function namesOf(req: FastifyRequest, name: string): { good: string[]; wrong: string[]; text: string } {
    const text = field(req, name).slice(0, NAMES_MAX);
    const words = text.split(/[\s,;،]+/).filter(Boolean);
    const good = new Set<string>();
    const wrong: string[] = [];
    for (const word of words) {
      const site = safeAccess.siteName(word);
      if (site) good.add(site);
      else wrong.push(word);
    }
    return { good: [...good], wrong, text };
  }

  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: doorOf(deps, of) };
    for (const lang of LANGS) {
      const at = placeOf(of, lang, ':id').at;
      /** Back to where the tap was. */
      const tapped = (req: FastifyRequest, reply: FastifyReply) =>
        backTo(reply, field(req, 'from') === 'home' ? PLACES[of].home(lang) : here(req).at, 'saved');

      app.get(at, inside, (req, reply) => overview(req, reply));

      app.post(`${at}/bonus`, inside, async (req, reply) => {
        const minutes = minutesOf(req);
        if (minutes === undefined)
          return overview(req, reply, { error: req.tr.t('safe-access.family.tap.noTime'), status: 422 });
        const kind = BONUS_KINDS.find((k) => k === field(req, 'opens'));
        const opens = kind ? [kind] : ('everything' as const);
        await profiles.giveBonus(actorOf(req), param(req, 'id'), { minutes, opens });
        return tapped(req, reply);
      });
      app.post(`${at}/bonus/end`, inside, async (req, reply) => {
        await profiles.endBonus(actorOf(req), param(req, 'id'));
        return tapped(req, reply);
      });
      app.post(`${at}/pause`, inside, async (req, reply) => {
        const minutes = minutesOf(req);
        if (minutes === undefined)
          return overview(req, reply, { error: req.tr.t('safe-access.family.tap.noTime'), status: 422 });
        await profiles.pause(actorOf(req), param(req, 'id'), minutes);
        return tapped(req, reply);
      });
      app.post(`${at}/resume`, inside, async (req, reply) => {
        await profiles.resume(actorOf(req), param(req, 'id'));
        return tapped(req, reply);
      });

      app.post(`${at}/why`, inside, async (req, reply) => {
        const typed = field(req, 'name').slice(0, 300);
        const name = safeAccess.siteName(typed);
        const child = await load(req);
        const found = name ? await safeAccess.explain(child.devices[0]?.id, name) : undefined;
        return overview(req, reply, { why: { typed, found } });
      });
      app.post(`${at}/contest`, inside, async (req, reply) => {
        const [category] = chosen(req, 'category', CATEGORY_NAMES);
        const name = safeAccess.siteName(field(req, 'name'));
        if (category && name) {
          const said = await attempt(req, () => contests.contest(actorOf(req), param(req, 'id'), { name, category }));
          if ('error' in said) return overview(req, reply, said);
        }
        return backTo(reply, here(req).at, 'contested');
      });

      const rulesPage = (
        req: FastifyRequest,
        reply: FastifyReply,
        child: Profile,
        over: Partial<Parameters<typeof RulesPage>[0]> = {},
        status = 200,
      ) =>
        familyPage(
          req,
          reply,
          `${here(req).at.slice(lang.length + 1)}/rules`,
          <RulesPage
            place={here(req)}
            child={child}
            rules={child.rules}
            allow={child.rules.allow.join('\n')}
            deny={child.rules.deny.join('\n')}
            wrong={{ allow: [], deny: [] }}
            {...over}
          />,
          status,
        );
      app.get(`${at}/rules`, inside, async (req, reply) => rulesPage(req, reply, await load(req)));
      app.post(`${at}/rules`, inside, async (req, reply) => {
        const child = await load(req);
        const allow = namesOf(req, 'allow');
        const deny = namesOf(req, 'deny');
        const shown = [...DANGERS, ...PASTIMES, 'unsafe-search', 'advertising'] as const;
        const given: Rules = {
          ...child.rules,
          // What this page does not show stays as it was.
          closed: [
            ...child.rules.closed.filter((kind) => !(shown as readonly string[]).includes(kind)),
            ...chosen(req, 'closed', shown),
          ],
          allow: allow.good,
          deny: deny.good,
          safeSearch: field(req, 'safeSearch') !== '',
          youtube: chosen(req, 'youtube', ['open', 'moderate', 'strict'])[0] ?? child.rules.youtube,
          noWaysAround: field(req, 'noWaysAround') !== '',
          keeps: keepsFor(child.band, chosen(req, 'keeps', ['nothing', 'counts', 'names'])[0] ?? child.rules.keeps),
        };
        const typed = {
          rules: given,
          allow: allow.text,
          deny: deny.text,
          wrong: { allow: allow.wrong, deny: deny.wrong },
        };
        if (allow.wrong.length + deny.wrong.length > 0) return rulesPage(req, reply, child, typed, 422);
        const revision = Number(field(req, 'revision'));
        const saved = await attempt(req, () => profiles.setRules(actorOf(req), child.id, given, revision));
        if ('error' in saved) return rulesPage(req, reply, child, { ...typed, error: saved.error }, saved.status);
        return backTo(reply, here(req).at, 'saved');
      });

      const NIGHT = { days: [...DAYS], from: '21:00', to: '07:00', closes: ['everything'] };
      const windowsPage = (
        req: FastifyRequest,
        reply: FastifyReply,
        child: Profile,
        typed: Parameters<typeof WindowsPage>[0]['typed'] = NIGHT,
        refusal?: { error: string; status: number },
      ) =>
        familyPage(
          req,
          reply,
          `${here(req).at.slice(lang.length + 1)}/windows`,
          <WindowsPage place={here(req)} child={child} done={doneOf(req)} typed={typed} error={refusal?.error} />,
          refusal?.status ?? 200,
        );
      app.get(`${at}/windows`, inside, async (req, reply) => windowsPage(req, reply, await load(req)));
      app.post(`${at}/windows`, inside, async (req, reply) => {
        const child = await load(req);
        const days = chosen(req, 'days', DAYS);
        const closes = chosen(req, 'closes', ['everything', ...PASTIMES] as const);
        const [from, to] = [field(req, 'from'), field(req, 'to')];
        const typed = { days, from, to, closes };
        const time = /^([01]\d|2[0-3]):[0-5]\d$/;
        if (days.length === 0 || closes.length === 0 || !time.test(from) || !time.test(to)) {
          const error = req.tr.t('safe-access.family.windows.missing');
          return windowsPage(req, reply, child, typed, { error, status: 422 });
        }
        const kinds = closes.filter((kind) => kind !== 'everything');
        const added = { days, from, to, closes: kinds.length < closes.length ? ('everything' as const) : kinds };
        const rules = { ...child.rules, windows: [...child.rules.windows, added] };
        const revision = Number(field(req, 'revision'));
        const saved = await attempt(req, () => profiles.setRules(actorOf(req), child.id, rules, revision));
        if ('error' in saved) return windowsPage(req, reply, child, typed, saved);
        return backTo(reply, `${here(req).at}/windows`, 'saved');
      });
      app.post(`${at}/windows/remove`, inside, async (req, reply) => {
        const child = await load(req);
        const index = Number(field(req, 'index'));
        const rules = { ...child.rules, windows: child.rules.windows.filter((_, i) => i !== index) };
        const revision = Number(field(req, 'revision'));
        const saved = await attempt(req, () => profiles.setRules(actorOf(req), child.id, rules, revision));
        if ('error' in saved) return windowsPage(req, reply, child, NIGHT, saved);
        return backTo(reply, `${here(req).at}/windows`, 'removed');
      });

      app.post(`${at}/name`, inside, async (req, reply) => {
        const [actor, id] = [actorOf(req), param(req, 'id')];
        const label = field(req, 'label').trim().slice(0, 60);
        const [spoken] = chosen(req, 'lang', LANGS);
        const saved = await attempt(req, async () => {
          if (label) await profiles.rename(actor, id, label);
          if (spoken) await profiles.setLang(actor, id, spoken);
        });
        return 'error' in saved ? overview(req, reply, saved) : backTo(reply, here(req).at, 'saved');
      });

      app.get(`${at}/remove`, inside, async (req, reply) =>
        familyPage(req, reply, undefined, <RemovePage place={here(req)} child={await load(req)} />),
      );
      app.post(`${at}/remove`, inside, async (req, reply) => {
        await profiles.remove(actorOf(req), param(req, 'id'));
        return backTo(reply, PLACES[of].home(lang), 'removed');
      });

      if (of === 'school')
        app.post(`${at}/networks`, inside, async (req, reply) => {
          const typed = field(req, 'networks').slice(0, 1000);
          const set = await attempt(req, () => networks.setClass(actorOf(req), param(req, 'id'), networksOf(typed)));
          if ('error' in set) return overview(req, reply, { ...set, networks: typed });
          return backTo(reply, here(req).at, 'saved');
        });

      if (of === 'family')
        app.post(`${at}/link`, inside, async (req, reply) => {
          const child = await load(req);
          const token = await profiles.newChildLink(actorOf(req), child.id);
          const url = `${platform.config.publicOrigin}/${child.lang}/mine/${token}`;
          const qr = <QrCode text={url} label={req.tr.t('safe-access.family.link.qr')} />;
          const copy = <CopyValue id="child-link" value={url} label={req.tr.t('safe-access.family.link.address')} />;
          return familyPage(
            req,
            reply,
            undefined,
            <ChildLinkPage place={here(req)} child={child} url={url} qr={qr} copy={copy} />,
          );
        });
    }
  };
}
