import type { FastifyInstance, FastifyRequest } from 'fastify';
import { transaction } from '../../../platform/db.ts';
import { sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { can, staffOf } from '../../identity/index.ts';
import { LETTER_TRANSITION, LETTER_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import type { LetterState } from '../letter/letter.ts';
import { LetterDeskPage, type LetterGroup, LettersPage } from '../pages/letters-page.tsx';
import type { LetterRow } from '../schema.ts';

const PER_GROUP = 50;
const GROUPS: readonly [LetterGroup['id'], readonly LetterState[]][] = [
  ['waiting', ['gathering', 'trying']],
  ['failed', ['failed']],
  ['sent', ['sent']],
];

/** `/desk/letters…` */
export function letterDeskRoutes(takedown: Takedown) {
  const { platform, identity, letters, facts } = takedown;
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
  };
}
