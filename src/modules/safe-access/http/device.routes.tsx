import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { UNKNOWN } from '../errors.ts';
import { DEVICE_KINDS, type Device, type Profile } from '../index.ts';
import { AddDevicePage, CheckPage, type CheckResult, DeviceStepsPage, NewAddressPage } from '../pages/device-pages.tsx';
import { askedForWord } from '../resolver/checks.ts';
import { actorOf, attempt, backTo, chosen, doneOf, type FamilyDeps, familyPage, param } from './deps.ts';
import { mobileConfig, signProfile } from './mobileconfig.ts';
import { doorOf, type PlaceOf, placeOf } from './profile.routes.tsx';

const DEVICE_ID = /^[a-z2-7]{12}$/;
const WORD = /^[a-z2-7]{16}$/;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** Devices of a profile: adding one, the steps in pictures, the iPhone's profile. */
export function deviceRoutes(deps: FamilyDeps, of: PlaceOf) {
  const { safeAccess, platform } = deps;
  const { profiles, devices } = safeAccess;

  async function load(req: FastifyRequest): Promise<{ child: Profile; device: Device }> {
    const child = await profiles.get(actorOf(req), param(req, 'id'));
    const device = child.devices.find((d) => d.id === param(req, 'device'));
    if (!device) throw UNKNOWN();
    return { child, device };
  }

  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: doorOf(deps, of) };
    for (const lang of LANGS) {
      const at = placeOf(of, lang, ':id').at;
      const here = (req: FastifyRequest) => placeOf(of, lang, param(req, 'id'));

      const add = async (req: FastifyRequest, reply: FastifyReply, over: { label?: string; error?: string } = {}) =>
        familyPage(
          req,
          reply,
          `${here(req).at.slice(lang.length + 1)}/device`,
          <AddDevicePage
            place={here(req)}
            child={await profiles.get(actorOf(req), param(req, 'id'))}
            label={over.label ?? ''}
            error={over.error}
          />,
          over.error ? 422 : 200,
        );
      app.get(`${at}/device`, inside, (req, reply) => add(req, reply));
      app.post(`${at}/device`, inside, async (req, reply) => {
        const [kind] = chosen(req, 'kind', DEVICE_KINDS);
        const typed = field(req, 'label').trim().slice(0, 60);
        if (!kind) return add(req, reply, { label: typed, error: req.tr.t('safe-access.family.device.missing') });
        const label = typed || req.tr.t(`safe-access.family.kind.${kind}`);
        const added = await attempt(req, () => devices.add(actorOf(req), param(req, 'id'), { kind, label }));
        if ('error' in added) return add(req, reply, { label: typed, error: added.error });
        return backTo(reply, `${here(req).at}/device/${added.value.id}`);
      });

      const steps = async (
        req: FastifyRequest,
        reply: FastifyReply,
        refusal: { error?: string; status?: number } = {},
      ) => {
        const { child, device } = await load(req);
        const place = here(req);
        return familyPage(
          req,
          reply,
          `${place.at.slice(lang.length + 1)}/device/${device.id}`,
          <DeviceStepsPage
            place={place}
            child={child}
            device={device}
            checkUrl={`${platform.config.publicOrigin}/${child.lang}/check/${device.id}`}
            profileUrl={`${place.at}/device/${device.id}/e-salama.mobileconfig`}
            signed={deps.signer !== undefined}
            done={doneOf(req)}
            error={refusal.error}
          />,
          refusal.status ?? 200,
        );
      };
      app.get(`${at}/device/:device`, inside, (req, reply) => steps(req, reply));

      app.post(`${at}/device/:device/name`, inside, async (req, reply) => {
        const { device } = await load(req);
        const named = await attempt(req, () => devices.rename(actorOf(req), device.id, field(req, 'label')));
        if ('error' in named)
          return steps(req, reply, { error: req.tr.t('safe-access.family.device.noName'), status: 422 });
        return backTo(reply, `${here(req).at}/device/${device.id}`, 'saved');
      });
      app.get(`${at}/device/:device/new-address`, inside, async (req, reply) => {
        const { device } = await load(req);
        return familyPage(req, reply, undefined, <NewAddressPage place={here(req)} device={device} />);
      });
      app.post(`${at}/device/:device/new-address`, inside, async (req, reply) => {
        const { device } = await load(req);
        const { id } = await devices.readdress(actorOf(req), device.id);
        return backTo(reply, `${here(req).at}/device/${id}`, 'readdressed');
      });

      app.get(`${at}/device/:device/e-salama.mobileconfig`, inside, async (req, reply) => {
        const { device } = await load(req);
        const content = mobileConfig({
          device: device.id,
          dohUrl: device.dohUrl,
          dnsName: deps.dnsName,
          title: req.tr.t('safe-access.family.steps.profile.title'),
          description: req.tr.t('safe-access.family.steps.profile.text'),
          organisation: req.tr.t('ui.brand'),
        });
        return reply
          .header('cache-control', 'no-store')
          .header('content-disposition', 'attachment; filename="e-salama.mobileconfig"')
          .type('application/x-apple-aspen-config')
          .send(deps.signer ? await signProfile(content, deps.signer) : content);
      });

      app.post(`${at}/device/:device/revoke`, inside, async (req, reply) => {
        const { device } = await load(req);
        await devices.revoke(actorOf(req), device.id);
        return backTo(reply, here(req).at, 'removed');
      });
    }
  };
}

/**
 * `/{lang}/check/<device>`: opened on the device itself, without an account. It learns nothing but whether this device asks
 * us. The page's picture has a name of our own that nobody has asked for before; no browser can have it in a cache.
 */
export function checkRoutes(deps: FamilyDeps) {
  const { safeAccess, platform } = deps;
  const newWord = () => Array.from(platform.random.bytes(16), (byte) => LETTERS[byte & 31]).join('');

  return async (app: FastifyInstance): Promise<void> => {
    for (const lang of LANGS)
      app.get(`/${lang}/check/:device`, async (req, reply) => {
        const device = param(req, 'device');
        if (!DEVICE_ID.test(device) || !(await safeAccess.devices.known(device))) throw UNKNOWN();
        const { w } = req.query as { w?: unknown };
        const word = typeof w === 'string' && WORD.test(w) ? w : undefined;
        const result: CheckResult =
          word === undefined ? 'waiting' : (await askedForWord(platform, device, word)) ? 'works' : 'not-here';
        const fresh = newWord();
        const host = `${fresh}.check.${deps.dnsName}`;
        if (result === 'waiting') {
          const policy = String(reply.getHeader('content-security-policy') ?? '');
          void reply.header(
            'content-security-policy',
            policy.replace("img-src 'self'", `img-src 'self' http://${host} https://${host}`),
          );
        }
        const here = `/${lang}/check/${device}`;
        const body = (
          <CheckPage
            device={device}
            result={result}
            probe={`//${host}/`}
            again={result === 'waiting' ? `${here}?w=${fresh}` : here}
          />
        );
        return familyPage(req, reply, `/check/${device}`, body);
      });
  };
}
