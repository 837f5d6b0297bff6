import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Finding } from '../../../../packages/rpz/index.ts';
import type { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { auditName, authorize, can, mayEver, staffOf } from '../../identity/index.ts';
import { BASES } from '../entry/refusal.ts';
import { PARTNER_UNKNOWN } from '../errors.ts';
import type { Blocking } from '../index.ts';
import { NewPartnerPage, PartnerPage, type PartnerTyped } from '../pages/partner-page.tsx';
import { RebasePage } from '../pages/rebase-page.tsx';
import { ConfigPage, NewKeyPage } from '../pages/zone-config-page.tsx';
import { SILENT_MS, ZonesPage } from '../pages/zones-page.tsx';
import { choiceOf, configurationOf, examined } from '../partners/configuration.ts';
import { PARTNER_FIELDS, type PartnerField, type PartnerInput } from '../partners/partner.ts';
import type { PartnerRow } from '../schema.ts';
import { TIERS, testNameOf } from '../zones/names.ts';
import { readReport } from '../zones/report.ts';
import { mended, sentenceOf } from './mended.ts';

const DESK = '/desk/zones';
const OWN = '/partner/zones';

/** A date of a form as a moment, UTC; undefined when it is none. */
function dateOf(text: string, end = false): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = new Date(`${text}T${end ? '23:59:59' : '00:00:00'}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Minutes after midnight as a clock shows them. */
const clockText = (minute: number) =>
  [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');

const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? '';

function typedOf(req: FastifyRequest): PartnerTyped {
  const bases = [(req.body as Record<string, unknown> | undefined)?.bases].flat();
  return {
    organisation: field(req, 'organisation'),
    name: field(req, 'name'),
    contract: field(req, 'contract'),
    from: field(req, 'from'),
    until: field(req, 'until'),
    bases: bases.filter((b): b is string => typeof b === 'string'),
    addresses: field(req, 'addresses'),
    notify: field(req, 'notify'),
    tlsOnly: field(req, 'tlsOnly') === 'on',
  };
}

const inputOf = (typed: PartnerTyped): PartnerInput => ({
  ...typed,
  from: dateOf(typed.from),
  until: dateOf(typed.until, true),
});

const typedFrom = (row: PartnerRow): PartnerTyped => ({
  organisation: row.organisation,
  name: row.name,
  contract: row.contract,
  from: day(row.from_at),
  until: day(row.until_at),
  bases: row.bases,
  addresses: row.addresses.join('\n'),
  notify: row.notify.join('\n'),
  tlsOnly: row.tls_only,
});

const wrongOf = (error: AppError | undefined): (PartnerField | 'organisation')[] => {
  const wrong = error?.extensions.wrong;
  return Array.isArray(wrong) ? [...PARTNER_FIELDS, 'organisation' as const].filter((f) => wrong.includes(f)) : [];
};

/** `/desk/zones…`: who is how far, partners, keys, configurations. `/partner/zones…`: the same for a partner's own servers. */
export function zonesRoutes(blocking: Blocking) {
  const { platform, identity, partners, feed, rebase } = blocking;
  const { db, clock, config } = platform;
  const tls = config.zones.tls !== undefined;
  const rebaseAt = clockText(config.zones.rebaseMinute);
  const manage = { preHandler: identity.requireStaff('zones.partner.manage') };
  const own = { preHandler: identity.requireStaff('zones.own') };

  const idOf = (req: FastifyRequest, name = 'id'): string => {
    const id = (req.params as Record<string, string | undefined>)[name] ?? '';
    if (!isUuid(id)) throw PARTNER_UNKNOWN();
    return id;
  };

  /** The partner of the address; a partner's people see their own organisation's, and of others not even that they exist. */
  async function partnerOf(req: FastifyRequest, side: Side): Promise<PartnerRow> {
    const row = await partners.get(idOf(req));
    if (side.desk) authorize(req.actor, 'zones.partner.manage');
    else if (!can(req.actor, 'zones.own', { organisationId: row.organisation })) throw PARTNER_UNKNOWN();
    return row;
  }

  interface Side {
    desk: boolean;
    base: string;
    door: typeof own;
  }
  const sides: Side[] = [
    { desk: true, base: `${DESK}/partners`, door: manage },
    { desk: false, base: OWN, door: own },
  ];

  function page(req: FastifyRequest, reply: FastifyReply, side: Side, over: Parameters<typeof sendPage>[2] | object) {
    return sendPage(req, reply, {
      title: req.tr.t('blocking.zones.title'),
      shell: 'desk',
      nav: side.desk ? 'zones' : 'zones-own',
      path: req.url.split('?')[0] ?? DESK,
      ...over,
    } as Parameters<typeof sendPage>[2]);
  }

  async function partnerPage(
    req: FastifyRequest,
    reply: FastifyReply,
    side: Side,
    row: PartnerRow,
    over: { error?: AppError; typed?: PartnerTyped } = {},
  ) {
    const { error } = over;
    const report = (await readReport(db))?.report;
    const wrong = wrongOf(error).filter((f): f is PartnerField => f !== 'organisation');
    const body = (
      <PartnerPage
        path={`${side.base}/${row.id}`}
        back={side.desk ? DESK : undefined}
        partner={row}
        keys={await partners.keysOf([row.id])}
        rows={(report?.rows ?? []).filter((r) => r.secondary === row.id)}
        testNames={BASES.filter((b) => row.bases.includes(b)).flatMap((b) =>
          TIERS.map((tier) => testNameOf(tier, b, config.zones.testName)),
        )}
        form={side.desk ? { typed: over.typed ?? typedFrom(row), wrong, tls } : undefined}
        error={error ? sentenceOf(req.tr, error) : undefined}
        now={clock.now()}
      />
    );
    return page(req, reply, side, { body, path: `${side.base}/${row.id}`, status: error?.status ?? 200 });
  }

  async function configPage(
    req: FastifyRequest,
    reply: FastifyReply,
    side: Side,
    given: { software?: string; dir?: string; resolvers?: string },
    doctor?: { text: string; found: Finding[] },
  ) {
    const row = await partnerOf(req, side);
    const choice = choiceOf(given);
    const key = (await partners.keysOf([row.id])).find((k) => k.state !== 'retired');
    const result = configurationOf(config.zones, row, key, choice);
    const path = `${side.base}/${row.id}`;
    const body = (
      <ConfigPage
        path={path}
        partner={row}
        choice={choice}
        made={'made' in result ? result.made : undefined}
        fault={'fault' in result ? result.fault : undefined}
        examined={doctor?.found}
        pasted={doctor?.text ?? ''}
        placeholder={key !== undefined}
      />
    );
    return page(req, reply, side, { body, path: `${path}/config`, title: req.tr.t('blocking.zones.config') });
  }

  function board(app: FastifyInstance): void {
    app.get(DESK, { preHandler: identity.requireStaff('zones.board.read') }, async (req, reply) => {
      const state = await readReport(db);
      const all = await partners.all();
      const body = (
        <ZonesPage
          now={clock.now()}
          seenAt={state?.seenAt}
          report={state?.report}
          partners={all}
          keys={await partners.keysOf(all.map((p) => p.id))}
          serial={await feed.serial()}
          elsewhere={await blocking.zoneless()}
          may={{
            manage: mayEver(req.actor, 'zones.partner.manage'),
            names: mayEver(req.actor, 'block.read'),
            rebase: mayEver(req.actor, 'zones.rebase'),
          }}
          rebase={{ request: await rebase.state(), at: rebaseAt }}
        />
      );
      return page(req, reply, sides[0] as Side, { body, path: DESK });
    });

    app.get(OWN, own, async (req, reply) => {
      const rows = await partners.ofOrganisation(staffOf(req).organisationId);
      const [first, ...more] = rows;
      if (first && more.length === 0) return reply.redirect(`${OWN}/${first.id}`, 303);
      const state = await readReport(db);
      const ids = new Set(rows.map((r) => r.id));
      const body = (
        <ZonesPage
          now={clock.now()}
          seenAt={state?.seenAt}
          // Of others not even how many there are.
          report={
            state && {
              ...state.report,
              rows: state.report.rows.filter((r) => ids.has(r.secondary)),
              faults: state.report.faults.filter((f) => ids.has(f.partner)),
              standing: [],
            }
          }
          partners={rows}
          keys={await partners.keysOf([...ids])}
          serial={await feed.serial()}
          elsewhere={[]}
          may={{ manage: false, names: false }}
          open={OWN}
        />
      );
      return page(req, reply, sides[1] as Side, { body, path: OWN });
    });
  }

  /** Bringing the large zones up to date by day, in two steps. */
  function rebasing(app: FastifyInstance): void {
    const door = { preHandler: identity.requireStaff('zones.rebase') };
    app.get(`${DESK}/rebase`, door, async (req, reply) => {
      const state = await readReport(db);
      const body = (
        <RebasePage
          report={state?.report}
          request={await rebase.state()}
          alive={state !== undefined && clock.now().getTime() - state.seenAt.getTime() <= SILENT_MS}
          at={rebaseAt}
        />
      );
      return page(req, reply, sides[0] as Side, { body, title: req.tr.t('blocking.zones.rebase.ask') });
    });
    app.post(`${DESK}/rebase`, door, async (req, reply) => {
      authorize(req.actor, 'zones.rebase');
      await rebase.ask(auditName(req.actor));
      return reply.redirect(DESK, 303);
    });
  }

  function adding(app: FastifyInstance): void {
    async function newPage(req: FastifyRequest, reply: FastifyReply, error?: AppError) {
      const typed = { ...typedOf(req), ...(error ? {} : { from: day(clock.now()), bases: [...BASES] }) };
      const body = (
        <NewPartnerPage
          typed={typed}
          organisations={await partners.providers()}
          wrong={wrongOf(error)}
          error={error ? req.tr.t('blocking.zones.form.again') : undefined}
          tls={tls}
        />
      );
      const title = req.tr.t('blocking.zones.add');
      return page(req, reply, sides[0] as Side, { body, title, status: error?.status ?? 200 });
    }
    app.get(`${DESK}/partners/new`, manage, (req, reply) => newPage(req, reply));
    app.post(`${DESK}/partners/new`, manage, async (req, reply) => {
      let id = '';
      const refused = await mended(async () => {
        id = await partners.add(inputOf(typedOf(req)), auditName(req.actor));
      });
      return refused ? newPage(req, reply, refused) : reply.redirect(`${DESK}/partners/${id}`, 303);
    });
    app.post(`${DESK}/partners/:id`, manage, async (req, reply) => {
      const row = await partnerOf(req, sides[0] as Side);
      const typed = typedOf(req);
      const refused = await mended(() => partners.change(row.id, inputOf(typed), auditName(req.actor)));
      if (!refused) return reply.redirect(`${DESK}/partners/${row.id}`, 303);
      return partnerPage(req, reply, sides[0] as Side, row, { error: refused, typed });
    });
    app.post(`${DESK}/partners/:id/end`, manage, async (req, reply) => {
      const row = await partnerOf(req, sides[0] as Side);
      await partners.end(row.id, auditName(req.actor));
      return reply.redirect(`${DESK}/partners/${row.id}`, 303);
    });
  }

  function ofSide(app: FastifyInstance, side: Side): void {
    const { base, door } = side;
    app.get(`${base}/:id`, door, async (req, reply) => partnerPage(req, reply, side, await partnerOf(req, side)));
    app.get(`${base}/:id/config`, door, (req, reply) =>
      configPage(req, reply, side, req.query as Record<string, string>),
    );
    app.post(`${base}/:id/config`, door, async (req, reply) => {
      const row = await partnerOf(req, side);
      const { software } = choiceOf({ software: field(req, 'software') });
      const text = field(req, 'text');
      return configPage(req, reply, side, { software }, { text, found: examined(config.zones, row, software, text) });
    });
    app.post(`${base}/:id/keys`, door, async (req, reply) => {
      const row = await partnerOf(req, side);
      let made: Awaited<ReturnType<typeof partners.createKey>> | undefined;
      const refused = await mended(async () => {
        made = await partners.createKey(row.id, auditName(req.actor));
      });
      if (refused || !made) return partnerPage(req, reply, side, row, refused ? { error: refused } : {});
      const { key, secret } = made;
      const choice = choiceOf({ software: field(req, 'software') });
      const result = configurationOf(config.zones, row, key, choice, secret);
      const body = (
        <NewKeyPage
          path={`${base}/${row.id}`}
          partner={row}
          name={key.name}
          algorithm={key.algorithm}
          secret={secret}
          software={choice.software}
          made={'made' in result ? result.made : undefined}
        />
      );
      // Another language would be another request, and the secret gone.
      return page(req, reply, side, { body, path: undefined, title: req.tr.t('blocking.zones.newKey') });
    });
    for (const deed of ['activate', 'retire'] as const)
      app.post(`${base}/:id/keys/:key/${deed}`, door, async (req, reply) => {
        const row = await partnerOf(req, side);
        await partners[`${deed}Key`](row.id, idOf(req, 'key'), auditName(req.actor));
        return reply.redirect(`${base}/${row.id}`, 303);
      });
  }

  return async (app: FastifyInstance): Promise<void> => {
    board(app);
    rebasing(app);
    adding(app);
    for (const side of sides) ofSide(app, side);
  };
}
