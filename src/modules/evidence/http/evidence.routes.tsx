import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { personalParts } from '../../../../packages/web-address/index.ts';
import { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import { authorize, can, type Identity, mayEver, staffOf } from '../../identity/index.ts';
import type { Archive } from '../archive/index.ts';
import type { CustodyRow } from '../archive/schema.ts';
import { CAPTURE_UNKNOWN, KEY_UNKNOWN, LOOK_INVALID, REST_FIRST } from '../errors.ts';
import { CaptureListPage, CapturePage, KeysPage } from '../pages/capture-page.tsx';
import { ConfirmPage, EvidencePanel } from '../pages/panel.tsx';
import { createAccess, NOTHING_REFERRED, RECORD, type ReferredPort } from './access.ts';

/** One look can't have been longer than this, in milliseconds. */
const LONGEST_LOOK_MS = 60_000;

export interface EvidenceDesk {
  platform: Platform;
  archive: Archive;
  casework: Casework;
  identity: Identity;
  /** What receiving bodies were sent; nothing where it is not given. */
  referred?: ReferredPort;
}

function idOf(req: FastifyRequest, unknown: () => AppError = CAPTURE_UNKNOWN): string {
  const id = (req.params as Record<string, string | undefined>).id ?? '';
  if (!isUuid(id)) throw unknown();
  return id;
}

/** Evidence of an item, for casework's page of it; undefined for who may not see it. */
export async function evidencePanel(desk: EvidenceDesk, item: string, req: FastifyRequest): Promise<VNode | undefined> {
  const { archive, casework } = desk;
  if (!can(req.actor, 'evidence.read', RECORD)) return undefined;
  const { kind } = await casework.item(item);
  const captures = await archive.ofItem(item);
  if (kind !== 'url' && captures.length === 0) return undefined;
  const mayTake = kind === 'url' && can(req.actor, 'evidence.take', RECORD);
  return (
    <EvidencePanel
      item={item}
      captures={captures}
      mayTake={mayTake}
      mayOpenPage={can(req.actor, 'evidence.read', RECORD)}
      masked={mayTake ? await archive.mustMask(item) : true}
      noOpener={mayTake && (await archive.openers.recipients()).size === 0}
    />
  );
}

/** `/desk/evidence…`, `/desk/keys…`, taking evidence of an item, and the public key that signs packages. */
export function evidenceRoutes(desk: EvidenceDesk) {
  const { platform, archive, casework, identity } = desk;
  const access = createAccess(desk.referred ?? NOTHING_REFERRED);
  const door = (action: Parameters<Identity['requireStaff']>[0]) => ({ preHandler: identity.requireStaff(action) });

  const show = (
    req: FastifyRequest,
    reply: FastifyReply,
    nav: string,
    path: string,
    title: string,
    body: VNode,
    status = 200,
  ) => sendPage(req, reply, { status, title, shell: 'desk', nav, path, body });

  async function named(req: FastifyRequest, rows: readonly CustodyRow[]) {
    const accounts = rows.flatMap((r) => (r.actor.startsWith('account:') ? [r.actor.slice(8)] : []));
    const names = await identity.namesOf([...new Set(accounts)]);
    return rows.map((row) => ({ ...row, by: names.get(row.actor.slice(8)) ?? req.tr.t('evidence.custody.system') }));
  }

  const attachment = (reply: FastifyReply, name: string, type: string, file: Buffer) =>
    reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${name}"`)
      .type(type)
      .send(file);

  function captures(app: FastifyInstance): void {
    app.post('/desk/items/:id/evidence', door('evidence.take'), async (req, reply) => {
      authorize(req.actor, 'evidence.take', RECORD);
      const item = await casework.item(idOf(req));
      const mask = field(req, 'mask') === 'yes';
      const confirmed = field(req, 'confirmed') === 'yes';
      const parts = item.url ? personalParts(item.url) : [];
      if (item.url && parts.length > 0 && !confirmed) {
        const page = <ConfirmPage item={item.id} url={item.url} parts={parts} mask={mask} />;
        return show(req, reply, 'queue', `/desk/items/${item.id}`, req.tr.t('evidence.confirm.title'), page, 409);
      }
      await archive.request(item.id, staffOf(req).accountId, { confirmed, mask });
      return reply.redirect(`/desk/items/${item.id}#evidence`, 303);
    });

    app.get('/desk/evidence', door('desk.open'), async (req, reply) => {
      const all = can(req.actor, 'custody.read');
      if (!all && !mayEver(req.actor, 'evidence.referred.read')) authorize(req.actor, 'custody.read');
      const captures = await archive.newest(all ? undefined : await access.itemsFor(req.actor));
      const page = <CaptureListPage captures={captures} referredOnly={!all} />;
      const nav = all ? 'evidence' : 'evidence-referred';
      return show(req, reply, nav, '/desk/evidence', req.tr.t('evidence.list.title'), page);
    });

    app.get('/desk/evidence/:id', { preHandler: identity.requireStaff('desk.open') }, async (req, reply) => {
      // The auditor sees the custody without what it is of; an analyst the seal without the custody.
      const capture = await archive.get(idOf(req));
      const may = (deed: 'read' | 'open' | 'download' | 'custody') => access.may(req.actor, deed, capture.item);
      const read = await may('read');
      if (!read) await access.demand(req, 'custody', capture.item);
      const open = await may('open');
      const own = open ? await archive.openers.own(staffOf(req).accountId) : [];
      const page = (
        <CapturePage
          capture={capture}
          custody={await named(req, await archive.custody.of(platform.db, capture.id))}
          publicKeyPem={platform.keys.publicKeyPem}
          may={{
            read,
            item: can(req.actor, 'item.read', RECORD),
            open,
            download: await may('download'),
            custody: await may('custody'),
          }}
          keys={own.filter((key) => key.wrapped && capture.sealed_to?.includes(key.id))}
        />
      );
      const nav = can(req.actor, 'custody.read') ? 'evidence' : 'evidence-referred';
      return show(req, reply, nav, `/desk/evidence/${capture.id}`, req.tr.t('evidence.page.title'), page);
    });

    app.post('/desk/evidence/:id/open', { ...door('desk.open'), config: { problem: true } }, async (req, reply) => {
      const { item } = await archive.get(idOf(req));
      await access.demand(req, 'open', item);
      const key = field(req, 'key');
      if (!isUuid(key)) throw KEY_UNKNOWN();
      // The desk's own people are protected at every door to content; other bodies look after theirs.
      if (can(req.actor, 'item.view-rendering', RECORD)) {
        const { category } = await casework.item(item);
        const verdict = await casework.wellbeing.mayLook(staffOf(req).accountId, category);
        if (!verdict.ok) throw REST_FIRST();
      }
      const file = await archive.open(idOf(req), staffOf(req).accountId, key);
      return reply.header('cache-control', 'no-store').type('application/octet-stream').send(file);
    });

    app.post('/desk/evidence/:id/look', { ...door('desk.open'), config: { problem: true } }, async (req, reply) => {
      await access.demand(req, 'open', (await archive.get(idOf(req))).item);
      const ms = Number(field(req, 'ms'));
      if (!(ms > 0 && ms <= LONGEST_LOOK_MS)) throw LOOK_INVALID();
      await archive.looked(idOf(req), staffOf(req).accountId, Math.round(ms));
      return reply.status(204).send();
    });

    app.post('/desk/evidence/:id/package', door('desk.open'), async (req, reply) => {
      await access.demand(req, 'download', (await archive.get(idOf(req))).item);
      const id = idOf(req);
      const file = await archive.download(id, staffOf(req).accountId);
      return attachment(reply, `evidence-${id}.zip.age`, 'application/octet-stream', file);
    });

    app.post('/desk/evidence/:id/stamp', door('desk.open'), async (req, reply) => {
      await access.demand(req, 'download', (await archive.get(idOf(req))).item);
      const file = await archive.downloadStamp(idOf(req), staffOf(req).accountId);
      return attachment(reply, 'manifest.tsr', 'application/timestamp-reply', file);
    });

    app.post('/desk/evidence/:id/deposit', door('desk.open'), async (req, reply) => {
      await access.demand(req, 'download', (await archive.get(idOf(req))).item);
      const id = idOf(req);
      const file = await archive.downloadDeposit(id, staffOf(req).accountId);
      return attachment(reply, `deposit-${id}.zip.age`, 'application/octet-stream', file);
    });

    app.get('/evidence/key.pem', async (_req, reply) =>
      reply
        .header('cache-control', 'public, max-age=300')
        .type('application/x-pem-file')
        .send(platform.keys.publicKeyPem),
    );
  }

  function keys(app: FastifyInstance): void {
    const page = async (req: FastifyRequest, reply: FastifyReply, error?: AppError) => {
      const own = await archive.openers.own(staffOf(req).accountId);
      const typed = { label: field(req, 'label'), recipient: field(req, 'recipient') };
      const body = (
        <KeysPage keys={own} {...(error ? { error: req.tr.t(error.messageKey, error.params), typed } : {})} />
      );
      return show(
        req,
        reply,
        'evidence-keys',
        '/desk/keys',
        req.tr.t('evidence.keys.title'),
        body,
        error?.status ?? 200,
      );
    };

    app.get('/desk/keys', door('evidence.key.manage'), (req, reply) => page(req, reply));

    app.post('/desk/keys', door('evidence.key.manage'), async (req, reply) => {
      const wrapped = field(req, 'wrapped');
      const given = { label: field(req, 'label'), recipient: field(req, 'recipient'), ...(wrapped ? { wrapped } : {}) };
      const byScript = req.headers['content-type']?.startsWith('application/json') === true;
      try {
        await archive.openers.add(staffOf(req).accountId, given);
      } catch (error) {
        if (byScript || !(error instanceof AppError) || error.status >= 500) throw error;
        return page(req, reply, error);
      }
      return byScript ? reply.status(201).send({ next: '/desk/keys' }) : reply.redirect('/desk/keys', 303);
    });

    app.post('/desk/keys/:id/remove', door('evidence.key.manage'), async (req, reply) => {
      await archive.openers.remove(staffOf(req).accountId, idOf(req, KEY_UNKNOWN));
      return reply.redirect('/desk/keys', 303);
    });
  }

  return async (app: FastifyInstance): Promise<void> => {
    captures(app);
    keys(app);
  };
}
