import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isRecipient } from '../../../platform/sealing/index.ts';
import type { JsonValue, ReceivingBody } from '../../country/index.ts';
import { auditName } from '../../identity/index.ts';
import { BODY_UNKNOWN, INVALID } from '../errors.ts';
import type { Referral } from '../index.ts';
import { BodiesPage, type BodyTyped, typedBody } from '../pages/bodies-page.tsx';

const PATH = '/desk/admin/bodies';

/** `/desk/admin/bodies`: how each body is told, which organisation opens what was referred, and the keys it is sealed to. */
export function bodyRoutes(referral: Referral) {
  const { country, identity } = referral;
  const door = { preHandler: identity.requireStaff('country.overlay.edit') };

  async function page(
    req: FastifyRequest,
    reply: FastifyReply,
    error?: { id: string; error: AppError; typed: BodyTyped },
  ) {
    const organisations = await identity.listOrganisations();
    const body = (
      <BodiesPage
        bodies={country.bodies()}
        organisations={organisations.map((o) => ({ id: o.id, name: o.name }))}
        error={
          error && { id: error.id, message: req.tr.t(error.error.messageKey, error.error.params), typed: error.typed }
        }
      />
    );
    const title = req.tr.t('referral.bodies.title');
    const status = error?.error.status ?? 200;
    return sendPage(req, reply, { status, title, shell: 'desk', nav: 'admin-bodies', path: PATH, body });
  }

  /** What of a body the form changes; everything else of the pack is changed by its overlay key. */
  function changes(body: ReceivingBody, typed: BodyTyped): [string, JsonValue][] {
    const keys = typed.ageKeys.split(/[\s,;]+/).filter(Boolean);
    if (!keys.every(isRecipient)) throw INVALID({ max: 5 });
    const address = typed.address.trim();
    const channel: JsonValue =
      typed.channel === 'mail'
        ? { kind: 'mail', address: address || null }
        : typed.channel === 'portal'
          ? { kind: 'portal', url: address }
          : { kind: 'desk' };
    const wanted: [keyof ReceivingBody, JsonValue][] = [
      ['channel', channel],
      ['organisation', typed.organisation || null],
      ['ageKeys', keys],
      ['review', typed.review],
      ['active', typed.active],
      ['verified', typed.verified],
    ];
    return wanted
      .filter(([name, value]) => JSON.stringify(body[name]) !== JSON.stringify(value))
      .map(([name, value]) => [`bodies.${body.id}.${name}`, value]);
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get(PATH, door, (req, reply) => page(req, reply));

    app.post(`${PATH}/:id`, door, async (req, reply) => {
      const { id } = req.params as { id: string };
      const body = country.bodies().find((b) => b.id === id);
      if (!body) throw BODY_UNKNOWN();
      const typed: BodyTyped = {
        channel: field(req, 'channel'),
        address: field(req, 'address'),
        organisation: field(req, 'organisation'),
        ageKeys: field(req, 'ageKeys'),
        review: field(req, 'review') === 'on',
        active: field(req, 'active') === 'on',
        verified: field(req, 'verified') === 'on',
      };
      try {
        for (const [key, value] of changes(body, typed)) await country.setOverlay(auditName(req.actor), key, value);
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        return page(req, reply, { id, error, typed: { ...typedBody(body), ...typed } });
      }
      return reply.redirect(`${PATH}#body-${id}`, 303);
    });
  };
}
