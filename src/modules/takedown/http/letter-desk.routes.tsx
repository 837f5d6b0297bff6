import type { FastifyInstance, FastifyRequest } from 'fastify';
import { transaction } from '../../../platform/db.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { can, staffOf } from '../../identity/index.ts';
import { LETTER_TRANSITION, LETTER_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import type { LetterState } from '../letter/letter.ts';
import type { LetterSettings } from '../letter/provider-settings.ts';
import { LetterDeskPage, type LetterGroup, LettersPage } from '../pages/letters-page.tsx';
import { ProviderEditPage, typedOf } from '../pages/providers-page.tsx';
import type { LetterRow } from '../schema.ts';
import { attempt } from './form.ts';

const PER_GROUP = 50;
const GROUPS: readonly [LetterGroup['id'], readonly LetterState[]][] = [
  ['waiting', ['gathering', 'trying']],
  ['failed', ['failed']],
  ['sent', ['sent']],
];

/** `/desk/letters…`, and how a provider wants its letters. */
export function letterDeskRoutes(takedown: Takedown) {
  const { platform, identity, letters, facts, settings, providers } = takedown;
  const { db } = platform;

  async function letterOf(req: FastifyRequest): Promise<LetterRow> {
    const { id } = req.params as { id: string };
    const letter = isUuid(id) ? await letters.find(db, id) : undefined;
    if (!letter) throw LETTER_UNKNOWN();
    return letter;
  }

  return async (app: FastifyInstance): Promise<void> => {
    const read = { preHandler: identity.requireStaff('notice.read') };
    const send = { preHandler: identity.requireStaff('notice.send') };
    const edit = { preHandler: identity.requireStaff('provider.edit') };

    app.get('/desk/letters', read, async (req, reply) => {
      const groups: LetterGroup[] = [];
      for (const [id, states] of GROUPS) {
        const rows = await letters.inStates(db, states, PER_GROUP, id === 'waiting' ? 'due_at' : 'changed_at');
        const counts = await letters.counts(db, rows);
        groups.push({ id, letters: rows.map((row) => ({ row, count: counts.get(row.id) ?? 0 })) });
      }
      const title = req.tr.t('takedown.letter.desk.title');
      const body = <LettersPage groups={groups} />;
      return sendPage(req, reply, { title, shell: 'desk', nav: 'notices', path: '/desk/letters', body });
    });

    app.get('/desk/letters/:id', read, async (req, reply) => {
      const row = await letterOf(req);
      const notices = (await letters.noticesOf(db, row)).map((n) => ({ row: n, facts: facts.factsOf(n) }));
      const title = req.tr.t('takedown.letter.desk.one');
      const body = <LetterDeskPage row={row} notices={notices} maySend={can(req.actor, 'notice.send')} />;
      return sendPage(req, reply, { title, shell: 'desk', nav: 'notices', path: `/desk/letters/${row.id}`, body });
    });

    /** Not the windows, but nothing else either: holds, objections and first looks are asked as ever. */
    app.post('/desk/letters/:id/now', send, async (req, reply) => {
      const { id } = await letterOf(req);
      await transaction(db, async (tx) => {
        const row = await letters.locked(tx, id);
        if (row.state !== 'gathering' && row.state !== 'trying')
          throw LETTER_TRANSITION({ state: row.state, event: 'now' });
        await letters.update(tx, id, { due_at: platform.clock.now(), urgent: true, filled: true });
        await letters.audit(tx, `account:${staffOf(req).accountId}`, 'hurried', id, { due: row.due_at.toISOString() });
      });
      return reply.redirect(`/desk/letters/${id}`, 303);
    });

    app.post('/desk/providers/:id/letters', edit, async (req, reply) => {
      const provider = await providers.get((req.params as { id: string }).id);
      const token = field(req, 'token').trim();
      const given: LetterSettings = {
        attach: field(req, 'attach') === 'plain' ? 'plain' : 'link',
        extra: Object.fromEntries(LANGS.map((lang) => [lang, field(req, `extra-${lang}`)])),
        token: token ? { set: token } : field(req, 'forget') ? 'forget' : 'keep',
      };
      const refused = await attempt(() => settings.save(provider.id, staffOf(req).accountId, given));
      if (!refused) return reply.redirect(`/desk/providers/${provider.id}#letters`, 303);
      const letterError = req.tr.t(refused.messageKey, refused.params);
      return sendPage(req, reply, {
        status: refused.status,
        title: req.tr.t('takedown.provider.title'),
        shell: 'desk',
        nav: 'providers',
        path: '/desk/providers',
        body: <ProviderEditPage provider={provider} typed={typedOf(provider)} invalid={[]} letterError={letterError} />,
      });
    });
  };
}
