import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { authorize, can, staffOf } from '../../identity/index.ts';
import { ANSWERS, type Answer, type Side } from '../answers.ts';
import type { ReferralInput } from '../drafting.ts';
import { REFERRAL_UNKNOWN, WARNING_NEEDED } from '../errors.ts';
import type { Referral } from '../index.ts';
import { type FormFacts, NewReferralPage } from '../pages/form.tsx';
import { ReceiverList, SenderList } from '../pages/list-page.tsx';
import { ReceiverPage } from '../pages/receiver-page.tsx';
import { SenderPage } from '../pages/sender-page.tsx';
import { possible, type UrgencyLevel } from '../referral.ts';
import type { ReferralRow } from '../schema.ts';
import { readCode } from '../tracking-code.ts';
import { among, attempt, idOf, inputOf, query, warningOf } from './form.ts';
import { listed, mayRefer } from './panel.tsx';

const LIST = '/desk/referrals';

export function deskRoutes(referral: Referral) {
  const { platform, identity, country, casework, reporting, store, drafting, answers, mails } = referral;
  const { clock } = platform;

  const show = (req: FastifyRequest, reply: FastifyReply, path: string, title: string, body: VNode, status = 200) =>
    sendPage(req, reply, { status, title, shell: 'desk', nav: 'referrals', path, body });

  /** Which side of the table somebody sits on, for this referral. Throws where it is neither. */
  function sideOf(req: FastifyRequest, row: ReferralRow): Side {
    if (can(req.actor, 'referral.read')) return 'sender';
    // Whether there is such a referral at all is nobody's business who may not see it.
    if (!can(req.actor, 'referral.receive', store.recordFor(row))) throw REFERRAL_UNKNOWN();
    return 'body';
  }

  function formOf(
    req: FastifyRequest,
    typed: ReferralInput,
    given: Pick<FormFacts, 'action' | 'fresh' | 'error' | 'reporters'> & { hidden?: Record<string, string> },
  ): FormFacts {
    const { tr } = req;
    return {
      ...given,
      typed,
      bodies: country
        .bodies()
        .filter((b) => b.active)
        .map((b) => ({
          id: b.id,
          name: tr.text(b.name),
          review: b.review,
          mayHold: b.mayHold,
          reachable: b.ageKeys.length > 0 || b.organisation !== null,
        })),
      categories: country.categories().map((c) => ({ id: c.id, name: tr.text(c.name) })),
      places: country
        .provinces()
        .map((p) => ({ code: p.code, name: tr.text(p.name) }))
        .sort((a, b) => a.name.localeCompare(b.name, tr.lang)),
      may: {
        words: can(req.actor, 'narrative.read', { territory: null }),
        place: can(req.actor, 'whereabouts.open'),
      },
    };
  }

  /** What the form of a new referral begins with: from a danger row everything, so that two clicks are enough. */
  async function prefilled(req: FastifyRequest, item: string, danger: Date | undefined): Promise<ReferralInput> {
    const about = await casework.item(item);
    const category = country.category(about.category);
    const urgency: UrgencyLevel =
      danger || about.danger || about.urgency === 0 ? 'danger' : about.urgency === 1 ? 'urgent' : 'normal';
    const bodies = drafting.bodiesFor(about.category, urgency);
    const reachable = bodies.filter((b) => b.ageKeys.length > 0 || b.organisation);
    const body = reachable.find((b) => !b.review) ?? reachable[0] ?? bodies[0];
    return {
      body: body?.id ?? '',
      category: about.category,
      urgency,
      urgencyReason: danger ? req.tr.t('referral.form.dangerReason', { at: req.tr.date(danger) }) : '',
      note: '',
      place: '',
      hold: category.policeHold && (body?.mayHold ?? false),
      sensitive: false,
      // Somebody in danger may not be alone with the telephone.
      tellReporter: !danger,
      withWords: can(req.actor, 'narrative.read', { territory: null }),
      withAccounts: can(req.actor, 'narrative.read', { territory: null }),
      withPlace: danger !== undefined && can(req.actor, 'whereabouts.open'),
      // Who is in danger now may not be alone with the telephone either; whoever sends it sees this and may choose otherwise.
      ...(danger ? { warning: { decision: 'not-safe', reason: 'danger-now', words: '' } as const } : {}),
    };
  }

  /** The item that a danger page is about, and when it was raised. */
  async function dangerOf(page: string): Promise<{ item: string; at: Date }> {
    const alert = isUuid(page) ? await reporting.dangerPage(page) : undefined;
    const [item] = alert?.report ? await casework.itemsOfReport(alert.report) : [];
    if (!alert || !item) throw REFERRAL_UNKNOWN();
    return { item: item.id, at: alert.raised_at };
  }

  async function newPage(
    req: FastifyRequest,
    reply: FastifyReply,
    from: { item: string; danger: string },
    over?: { typed: ReferralInput; error: string; status: number },
  ) {
    const danger = from.danger ? await dangerOf(from.danger) : undefined;
    const item = danger?.item ?? from.item;
    if (!isUuid(item)) throw REFERRAL_UNKNOWN();
    const about = await casework.item(item);
    const typed = over?.typed ?? (await prefilled(req, item, danger?.at));
    const page = (
      <NewReferralPage
        about={about.url ?? about.platform ?? req.tr.text(country.category(about.category).name)}
        back={from.danger ? `/desk/danger/${from.danger}` : `/desk/items/${item}`}
        danger={danger !== undefined}
        form={formOf(req, typed, {
          action: LIST,
          hidden: { item, danger: from.danger },
          fresh: true,
          reporters: await referral.warnings.warnable(item),
          error: over?.error,
        })}
      />
    );
    const path = `${LIST}/new?${from.danger ? `danger=${from.danger}` : `item=${item}`}`;
    return show(req, reply, path, req.tr.t('referral.form.title'), page, over?.status);
  }

  const named = (
    req: FastifyRequest,
    list: readonly { id: string; name: Record<'ar' | 'fr' | 'en' | 'zgh', string> }[],
  ) => list.map((x) => ({ id: x.id, name: req.tr.text(x.name) }));

  async function onePage(
    req: FastifyRequest,
    reply: FastifyReply,
    row: ReferralRow,
    refused?: { error: AppError; typed?: ReferralInput },
  ) {
    const { tr, actor } = req;
    const side = sideOf(req, row);
    const [messages, packages] = [await store.messages(row.id), await store.packages(row.id)];
    const reasons = named(req, country.pack().bodies.declineReasons);
    const outcomes = named(req, country.pack().bodies.outcomes);
    const shared = {
      row,
      category: tr.text(country.category(row.category).name),
      places: country.placeNames(row.territory ?? []).map((name) => tr.text(name)),
      now: clock.now(),
      messages: side === 'sender' ? messages : messages.filter((m) => !m.event.startsWith('review')),
      reasons,
      outcomes,
      words: new Map([...reasons, ...outcomes].map((x) => [x.id, x.name])),
      error: refused && tr.t(refused.error.messageKey, refused.error.params),
    };
    const path = `${LIST}/${row.id}`;
    if (side === 'body') {
      const page = (
        <ReceiverPage
          {...shared}
          newest={packages[0] && { ...packages[0], kept: Boolean(packages[0].kept) }}
          mayProceed={can(actor, 'referral.may-proceed', store.recordFor(row))}
        />
      );
      return show(req, reply, path, row.code, page, refused?.error.status);
    }
    const body = store.body(row.body);
    const disclosures = await referral.disclosure.ofReferral(row.id);
    const warning = await referral.warnings.of(row.id);
    const sent = await mails.ofReferral(row.id);
    const { urgencyReason, note } = store.sealedFields(row);
    const people = [
      ...messages.map((m) => m.account),
      ...disclosures.flatMap((d) => [d.requested_by, d.decided_by ?? d.requested_by]),
      ...sent.flatMap((m) => m.account ?? []),
      ...(warning ? [warning.account] : []),
    ];
    const [open] = disclosures.filter((d) => d.state === 'asked');
    const page = (
      <SenderPage
        {...shared}
        body={{
          name: tr.text(body.name),
          channel: body.channel.kind,
          portal: body.channel.kind === 'portal' ? body.channel.url : undefined,
          reachable: body.ageKeys.length > 0 || body.organisation !== null,
        }}
        urgencyReason={urgencyReason}
        note={note}
        packages={packages.map((p) => ({ ...p, kept: Boolean(p.kept) }))}
        disclosures={disclosures}
        duties={referral.warnings.dutiesOf(row).map((d) => tr.text(d.title))}
        warning={warning}
        reporters={warning ? [] : await referral.warnings.warnable(row.item)}
        mails={sent}
        names={await identity.namesOf([...new Set(people)])}
        may={{
          prepare: mayRefer(actor),
          review: can(actor, 'referral.review', { doneBy: [row.created_by] }),
          disclose: open !== undefined && can(actor, 'identity-access.decide', { doneBy: [open.requested_by] }),
          record: can(actor, 'referral.record-answer'),
          proceed: can(actor, 'notice.hold.decide'),
          narrative: can(actor, 'item.read', { territory: null }),
        }}
        form={
          mayRefer(actor) && possible(row.state, 'changed') && row.data_key
            ? formOf(req, refused?.typed ?? typedOf(row, urgencyReason, note), {
                action: `${path}/change`,
                fresh: false,
                reporters: [],
                error: undefined,
              })
            : undefined
        }
      />
    );
    return show(req, reply, path, row.code, page, refused?.error.status);
  }

  const typedOf = (row: ReferralRow, urgencyReason: string, note: string): ReferralInput => ({
    body: row.body,
    category: row.category,
    urgency: row.urgency,
    urgencyReason,
    note,
    place: row.territory?.[0] ?? '',
    hold: row.hold,
    sensitive: row.sensitive,
    tellReporter: row.tell_reporter,
    withWords: row.with_words,
    withAccounts: row.with_accounts,
    withPlace: row.with_place,
  });

  /** Does what a form asks for and leads back; a refusal that can be mended is shown on the page. */
  async function act(
    req: FastifyRequest,
    reply: FastifyReply,
    action: (id: string) => Promise<unknown>,
    typed?: ReferralInput,
  ) {
    const id = idOf(req);
    const row = await store.get(id);
    sideOf(req, row);
    const error = await attempt(() => action(id));
    if (error) return onePage(req, reply, await store.get(id), { error, ...(typed ? { typed } : {}) });
    return reply.redirect(`${LIST}/${id}`, 303);
  }

  function answerOf(req: FastifyRequest): Answer {
    const words = field(req, 'words');
    const event = among(field(req, 'event'), ANSWERS) ?? 'received';
    if (event === 'received') return { event };
    if (event === 'declined') return { event, reason: field(req, 'reason'), words };
    if (event === 'outcome') return { event, outcome: field(req, 'outcome'), words };
    return { event, words };
  }

  async function hand(req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const id = idOf(req);
    const row = await store.get(id);
    const side = sideOf(req, row);
    let file: Awaited<ReturnType<typeof answers.open>> | undefined;
    const error = await attempt(async () => {
      file = await answers.open(staffOf(req), id, side);
    });
    if (error || !file) return onePage(req, reply, row, { error: error ?? REFERRAL_UNKNOWN() });
    return reply
      .type(file.type)
      .header('content-disposition', `attachment; filename="${file.name}"`)
      .header('cache-control', 'no-store')
      .send(file.data);
  }

  function lists(app: FastifyInstance): void {
    const desk = { preHandler: identity.requireStaff('referral.desk') };

    app.get(LIST, desk, async (req, reply) => {
      const typed = query(req, 'code').trim();
      const code = typed ? readCode(typed) : undefined;
      const found = code ? await store.findCode(code) : undefined;
      const sender = can(req.actor, 'referral.read');
      if (found && (sender || can(req.actor, 'referral.receive', store.recordFor(found))))
        return reply.redirect(`${LIST}/${found.id}`, 303);
      const notFound = typed || undefined;
      const now = clock.now();
      if (sender) {
        const { open, over } = await store.senders();
        const page = (
          <SenderList
            open={listed(referral, req, open)}
            over={listed(referral, req, over)}
            now={now}
            notFound={notFound}
          />
        );
        return show(req, reply, LIST, req.tr.t('referral.list.title'), page);
      }
      const { organisationId } = staffOf(req);
      const rows = (await store.ofOrganisation(organisationId)).filter((row) =>
        can(req.actor, 'referral.receive', store.recordFor(row)),
      );
      const page = <ReceiverList rows={listed(referral, req, rows)} now={now} notFound={notFound} />;
      return show(req, reply, LIST, req.tr.t('referral.list.received'), page);
    });

    app.get(`${LIST}/new`, { preHandler: identity.requireStaff('referral.prepare') }, async (req, reply) => {
      const danger = query(req, 'danger');
      authorize(req.actor, danger ? 'danger.refer' : 'referral.prepare', { territory: null });
      return newPage(req, reply, { item: query(req, 'item'), danger });
    });

    app.post(LIST, { preHandler: identity.requireStaff('referral.prepare') }, async (req, reply) => {
      const [item, danger] = [field(req, 'item'), field(req, 'danger')];
      const typed = inputOf(req);
      if (!isUuid(item)) throw REFERRAL_UNKNOWN();
      let id = '';
      const error = await attempt(async () => {
        const send = field(req, 'go') === 'send';
        const given = { item, send, ...(danger ? { dangerPage: danger } : {}) };
        id = await drafting.create(staffOf(req), given, typed);
      });
      if (!error) return reply.redirect(`${LIST}/${id}`, 303);
      const said = { typed, error: req.tr.t(error.messageKey, error.params), status: error.status };
      return newPage(req, reply, { item, danger }, said);
    });

    app.get(`${LIST}/:id`, desk, async (req, reply) => onePage(req, reply, await store.get(idOf(req))));
  }

  function deeds(app: FastifyInstance): void {
    const desk = { preHandler: identity.requireStaff('referral.desk') };
    const prepare = { preHandler: identity.requireStaff('referral.prepare') };

    app.post(`${LIST}/:id/change`, prepare, (req, reply) => {
      const typed = inputOf(req);
      return act(req, reply, (id) => drafting.change(staffOf(req), id, typed), typed);
    });
    app.post(`${LIST}/:id/send`, prepare, (req, reply) => act(req, reply, (id) => drafting.send(staffOf(req), id)));
    app.post(`${LIST}/:id/withdraw`, prepare, (req, reply) =>
      act(req, reply, (id) => drafting.withdraw(staffOf(req), id, field(req, 'reason'))),
    );
    app.post(`${LIST}/:id/review`, prepare, (req, reply) =>
      act(req, reply, (id) => drafting.askReview(staffOf(req), id)),
    );
    app.post(`${LIST}/:id/review/decide`, { preHandler: identity.requireStaff('referral.review') }, (req, reply) =>
      act(req, reply, (id) =>
        drafting.review(staffOf(req), id, field(req, 'decision') === 'passed', field(req, 'reason')),
      ),
    );
    app.post(`${LIST}/:id/warning`, prepare, (req, reply) =>
      act(req, reply, async (id) => {
        const choice = warningOf(req);
        if (!choice) throw WARNING_NEEDED();
        await drafting.warn(staffOf(req), id, choice);
      }),
    );
    app.post(`${LIST}/:id/disclosure`, prepare, (req, reply) =>
      act(req, reply, (id) => drafting.askDisclosure(staffOf(req), id, field(req, 'reason'))),
    );
    app.post(`${LIST}/:id/disclosure/drop`, prepare, (req, reply) =>
      act(req, reply, (id) => drafting.dropDisclosure(staffOf(req), id)),
    );
    // The receiving side's own answers; policy is asked with the record.
    app.post(`${LIST}/:id/answer`, { preHandler: identity.requireStaff('referral.receive') }, (req, reply) =>
      act(req, reply, (id) => answers.answer(staffOf(req), id, 'body', answerOf(req))),
    );
    app.post(`${LIST}/:id/record`, { preHandler: identity.requireStaff('referral.record-answer') }, (req, reply) =>
      act(req, reply, (id) => answers.answer(staffOf(req), id, 'sender', answerOf(req))),
    );
    app.post(`${LIST}/:id/proceed`, desk, (req, reply) =>
      act(req, reply, async (id) => answers.proceed(staffOf(req), id, sideOf(req, await store.get(id)))),
    );
    app.post(`${LIST}/:id/package`, desk, hand);
  }

  return async (app: FastifyInstance): Promise<void> => {
    lists(app);
    deeds(app);
  };
}
