import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../../platform/errors.ts';
import { field, sendPage } from '../../../../platform/http/index.ts';
import type { Platform } from '../../../../platform/platform.ts';
import { auditName, authorize, type Identity, mayEver, staffOf } from '../../../identity/index.ts';
import { LIST_FILE_MISSING } from '../errors.ts';
import { KNOWN_SOURCES } from '../known-sources.ts';
import type { Lists } from '../lists.ts';
import { type NewList, newList, readCategories } from '../new-list.ts';
import { ListsPage } from '../pages/lists-page.tsx';
import { NewListPage, type TypedList } from '../pages/new-list-page.tsx';
import { OneListPage } from '../pages/one-list-page.tsx';
import { MAX_UPLOAD } from '../source.ts';

const PATH = '/desk/lists';
const FIELDS = ['id', 'title', 'address', 'category', 'categories', 'licence', 'attribution'] as const;

export interface ListsDesk {
  platform: Platform;
  lists: Lists;
  identity: Identity;
}

const EMPTY: TypedList = {
  ...{ id: '', title: '', origin: 'address', address: '', format: 'hosts', category: '', categories: '' },
  ...{ below: false, licence: '', attribution: '' },
};

/** `/desk/lists…`: sources of names by kind of content, for the administrator. */
export function listsRoutes({ lists, identity }: ListsDesk) {
  /** Where the file of an upload lies until somebody takes it. */
  const drafts = new WeakMap<FastifyRequest, string>();
  const read = { preHandler: identity.requireStaff('filter-list.read') };
  const manage = { preHandler: identity.requireStaff('filter-list.manage') };
  const idOf = (req: FastifyRequest) => (req.params as { id: string }).id;
  const back = (req: FastifyRequest, reply: FastifyReply, query = '') =>
    reply.redirect(`${PATH}/${idOf(req)}${query}`, 303);

  async function onePage(req: FastifyRequest, reply: FastifyReply, error?: AppError) {
    const list = await lists.one(idOf(req));
    const versions = await lists.versions(list.id);
    const people = versions
      .flatMap((v) => [v.brought_by, v.decided_by ?? ''])
      .filter((a) => a.startsWith('account:'))
      .map((a) => a.slice(8));
    const body = (
      <OneListPage
        list={list}
        versions={versions}
        names={await identity.namesOf([...new Set(people)])}
        mayManage={mayEver(req.actor, 'filter-list.manage')}
        error={error && req.tr.t(error.messageKey, error.params)}
        asked={(req.query as { asked?: unknown }).asked === '1'}
      />
    );
    const path = `${PATH}/${list.id}`;
    return sendPage(req, reply, {
      title: list.title,
      shell: 'desk',
      nav: 'lists',
      path,
      body,
      status: error?.status ?? 200,
    });
  }

  function newPage(
    req: FastifyRequest,
    reply: FastifyReply,
    typed: TypedList,
    wrong: readonly string[],
    error?: AppError,
  ) {
    const body = <NewListPage typed={typed} wrong={wrong} error={error && req.tr.t(error.messageKey, error.params)} />;
    return sendPage(req, reply, {
      title: req.tr.t('safe-access.lists.add.title'),
      ...{ shell: 'desk', nav: 'lists', path: `${PATH}/new`, body },
      status: error?.status ?? (wrong.length > 0 ? 400 : 200),
    });
  }

  const typedOf = (req: FastifyRequest): TypedList => ({
    ...(Object.fromEntries(FIELDS.map((f) => [f, field(req, f).trim()])) as Record<(typeof FIELDS)[number], string>),
    origin: field(req, 'origin') === 'upload' ? 'upload' : 'address',
    format: field(req, 'format'),
    below: field(req, 'below') === 'on',
  });

  /** What was typed as a source, or the fields that are wrong. */
  function sourceOf(typed: TypedList): { list: NewList } | { wrong: string[] } {
    const categories = readCategories(typed.categories);
    if (categories === undefined) return { wrong: ['categories'] };
    const parsed = newList.safeParse({
      ...typed,
      address: typed.origin === 'upload' ? null : typed.address,
      category: typed.category === '' ? null : typed.category,
      categories,
      // A person looks at what it brings first.
      enabled: false,
    });
    if (parsed.success) return { list: parsed.data };
    const named = parsed.error.issues.map((i) => FIELDS.find((f) => f === i.path[0]) ?? 'title');
    return { wrong: [...new Set(named)] };
  }

  /** Runs what a form asks for; what can be mended is said on the list's page. */
  async function act(req: FastifyRequest, reply: FastifyReply, run: () => Promise<void>, query = '') {
    try {
      await run();
    } catch (error) {
      if (error instanceof AppError && (error.status === 400 || error.status === 409))
        return onePage(req, reply, error);
      throw error;
    }
    return back(req, reply, query);
  }

  /** A file goes to the disk as it comes, and only for who may send one: it is never in memory as a whole. */
  async function uploads(app: FastifyInstance): Promise<void> {
    await app.register(multipart, {
      attachFieldsToBody: 'keyValues',
      limits: { fileSize: MAX_UPLOAD, files: 1, fields: 2, parts: 3, fieldSize: 1000 },
      async onFile(this: FastifyRequest, part) {
        const draft = await lists.uploadDraft();
        drafts.set(this, draft);
        await pipeline(part.file, createWriteStream(draft, { mode: 0o600 }));
        // The server’s own page for what is too large.
        if (part.file.truncated) throw Object.assign(new Error('the file is too large'), { statusCode: 413 });
      },
    });
    app.addHook('onResponse', async (req) => {
      const draft = drafts.get(req);
      if (draft !== undefined) await rm(draft, { force: true });
    });
    app.post(
      `${PATH}/:id/upload`,
      // Before the body is read, unlike other forms: nobody else fills our disk.
      { onRequest: manage.preHandler, bodyLimit: MAX_UPLOAD + 64 * 1024 },
      (req, reply) =>
        act(
          req,
          reply,
          async () => {
            authorize(req.actor, 'filter-list.manage');
            const draft = drafts.get(req);
            if (draft === undefined || (await stat(draft)).size === 0) throw LIST_FILE_MISSING();
            await lists.upload(idOf(req), draft, staffOf(req).accountId);
          },
          '?asked=1',
        ),
    );
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get(PATH, read, async (req, reply) => {
      const body = (
        <ListsPage
          lists={await lists.all()}
          build={await lists.lastBuild()}
          mayManage={mayEver(req.actor, 'filter-list.manage')}
        />
      );
      const title = req.tr.t('safe-access.lists.title');
      return sendPage(req, reply, { title, shell: 'desk', nav: 'lists', path: PATH, body });
    });

    app.get(`${PATH}/new`, manage, (req, reply) => {
      const from = KNOWN_SOURCES.find((k) => k.id === (req.query as { from?: unknown }).from);
      if (!from) return newPage(req, reply, EMPTY, []);
      const { categories, category, ...rest } = from;
      const lines = Object.entries(categories).map(([word, to]) => `${word} = ${to}`);
      return newPage(req, reply, { ...EMPTY, ...rest, category: category ?? '', categories: lines.join('\n') }, []);
    });

    app.post(PATH, manage, async (req, reply) => {
      const typed = typedOf(req);
      const source = sourceOf(typed);
      if ('wrong' in source) return newPage(req, reply, typed, source.wrong);
      try {
        await lists.add(source.list, auditName(req.actor));
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        return newPage(req, reply, typed, [], error);
      }
      return reply.redirect(`${PATH}/${source.list.id}`, 303);
    });

    app.get(`${PATH}/:id`, read, (req, reply) => onePage(req, reply));
    app.post(`${PATH}/:id/import`, manage, (req, reply) =>
      act(req, reply, () => lists.importNow(idOf(req), auditName(req.actor)), '?asked=1'),
    );
    for (const verb of ['enable', 'disable'] as const)
      app.post(`${PATH}/:id/${verb}`, manage, (req, reply) =>
        act(req, reply, () => lists.enable(idOf(req), verb === 'enable', auditName(req.actor))),
      );
    for (const decision of ['accept', 'refuse'] as const)
      app.post(`${PATH}/:id/versions/:version/${decision}`, manage, (req, reply) =>
        act(req, reply, () =>
          lists.decide(idOf(req), (req.params as { version: string }).version, decision, auditName(req.actor)),
        ),
      );
    await app.register(uploads);
  };
}
