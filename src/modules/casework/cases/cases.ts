import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { CaseMemberRow, CaseRow, CaseworkTables } from '../schema.ts';
import { afterCase, CASE_INVALID, CASE_UNKNOWN, type CaseEvent, type MemberKind, type PersonRole } from './case.ts';

export const MAX_TITLE = 200;
const LIST = 50;
const MAX_MEMBERS = 1000;

export interface Member {
  kind: MemberKind;
  subject: string;
}
export interface CaseView extends Omit<CaseRow, 'data_key' | 'title'> {
  title: string;
}
export interface PersonView {
  id: string;
  role: PersonRole;
  label: string;
}

const memberKey = (m: Member) => `${m.kind} ${m.subject}`;

/** Cases: what belongs together, with a history in which nothing is ever lost. */
export function createCases(
  platform: Pick<Platform, 'db' | 'clock' | 'random' | 'keys'>,
  exists: Record<'item' | 'report', (tx: Db, id: string) => Promise<boolean>>,
) {
  const { db, clock, random, keys } = platform;
  const tables = (tx: Db) => tx.withTables<CaseworkTables>();

  const words = (text: string): string => {
    const trimmed = text.trim();
    if (!trimmed || [...trimmed].length > MAX_TITLE) throw CASE_INVALID({ max: MAX_TITLE });
    return trimmed;
  };
  const view = ({ data_key, title, ...row }: CaseRow): CaseView => ({
    ...row,
    title: title && data_key ? keys.openRecordKey(data_key, `casework.case:${row.id}`).openText(title, 'title') : '',
  });

  /** Cases in the order of their ids, locked: two merges at once wait for each other and never for ever. */
  async function locked(tx: Db, ids: readonly string[]): Promise<Map<string, CaseRow>> {
    const rows = await tables(tx)
      .selectFrom('casework.case')
      .selectAll()
      .where('id', 'in', [...ids])
      .orderBy('id')
      .forUpdate()
      .execute();
    if (rows.length !== new Set(ids).size) throw CASE_UNKNOWN();
    return new Map(rows.map((r) => [r.id, r]));
  }

  async function tell(tx: Db, id: string, actor: string, what: string, detail: Record<string, string | number>) {
    const at = clock.now();
    await tables(tx)
      .insertInto('casework.case_event')
      .values({ id: uuidv7(clock, random), case: id, at, actor, what, detail: JSON.stringify(detail) })
      .execute();
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor,
      action: `casework.case.${what}`,
      subject: `casework.case:${id}`,
      detail,
    });
  }

  async function move(tx: Db, row: CaseRow, event: CaseEvent, patch: Partial<CaseRow> = {}): Promise<void> {
    await tables(tx)
      .updateTable('casework.case')
      .set({ state: afterCase(row.state, event), changed_at: clock.now(), ...patch })
      .where('id', '=', row.id)
      .execute();
  }

  const activeMembers = (tx: Db, id: string): Promise<CaseMemberRow[]> =>
    tables(tx)
      .selectFrom('casework.case_member')
      .selectAll()
      .where('case', '=', id)
      .where('removed_at', 'is', null)
      .orderBy('added_at')
      .orderBy('id')
      .execute();

  async function insertMembers(tx: Db, id: string, members: readonly Member[], actor: string): Promise<void> {
    const here = new Set((await activeMembers(tx, id)).map(memberKey));
    const named = new Map(members.map((m) => [memberKey(m), m]));
    const fresh = [...named].flatMap(([key, m]) => (here.has(key) ? [] : [m]));
    if (here.size + fresh.length > MAX_MEMBERS) throw CASE_INVALID({ max: MAX_MEMBERS });
    if (fresh.length === 0) return;
    await tables(tx)
      .insertInto('casework.case_member')
      .values(
        fresh.map((m) => ({
          id: uuidv7(clock, random),
          case: id,
          kind: m.kind,
          subject: m.subject,
          added_by: actor,
          added_at: clock.now(),
          removed_by: null,
          removed_at: null,
        })),
      )
      .execute();
  }

  async function insertCase(tx: Db, title: string, actor: string): Promise<string> {
    const id = uuidv7(clock, random);
    const { wrapped, key } = keys.newRecordKey(`casework.case:${id}`);
    const at = clock.now();
    await tables(tx)
      .insertInto('casework.case')
      .values({
        id,
        data_key: wrapped,
        title: key.seal(words(title), 'title'),
        state: 'open',
        merged_into: null,
        created_by: actor,
        created_at: at,
        changed_at: at,
      })
      .execute();
    return id;
  }

  async function known(tx: Db, m: Member): Promise<void> {
    if (m.kind === 'person' || !(await exists[m.kind](tx, m.subject))) throw CASE_INVALID({ max: MAX_TITLE });
  }

  async function take(tx: Db, id: string, members: readonly Member[], actor: string): Promise<Member[]> {
    const wanted = new Set(members.map(memberKey));
    const rows = (await activeMembers(tx, id)).filter((m) => wanted.has(memberKey(m)));
    if (rows.length > 0)
      await tables(tx)
        .updateTable('casework.case_member')
        .set({ removed_at: clock.now(), removed_by: actor })
        .where(
          'id',
          'in',
          rows.map((r) => r.id),
        )
        .execute();
    return rows;
  }

  return {
    /** A new case with what it begins with. Answers its id. @throws CASEWORK_CASE_INVALID */
    create: (title: string, members: readonly Member[], actor: string): Promise<string> =>
      transaction(db, async (tx) => {
        for (const m of members) await known(tx, m);
        const id = await insertCase(tx, title, actor);
        await insertMembers(tx, id, members, actor);
        await tell(tx, id, actor, 'created', { members: members.length });
        return id;
      }),

    /** Adding twice is harmless. @throws CASEWORK_CASE_TRANSITION, CASEWORK_CASE_INVALID */
    add: (id: string, member: Member, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = (await locked(tx, [id])).get(id) as CaseRow;
        await known(tx, member);
        await move(tx, row, 'add');
        await insertMembers(tx, id, [member], actor);
        await tell(tx, id, actor, 'added', { kind: member.kind, subject: member.subject });
      }),

    async addPerson(id: string, role: PersonRole, label: string, actor: string): Promise<string> {
      return transaction(db, async (tx) => {
        const row = (await locked(tx, [id])).get(id) as CaseRow;
        await move(tx, row, 'add');
        const person = uuidv7(clock, random);
        const { wrapped, key } = keys.newRecordKey(`casework.case_person:${person}`);
        await tables(tx)
          .insertInto('casework.case_person')
          .values({ id: person, role, data_key: wrapped, label: key.seal(words(label), 'label') })
          .execute();
        await insertMembers(tx, id, [{ kind: 'person', subject: person }], actor);
        await tell(tx, id, actor, 'added', { kind: 'person', subject: person });
        return person;
      });
    },

    /** Takes something out; that it was there stays in the history. */
    remove: (id: string, member: Member, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = (await locked(tx, [id])).get(id) as CaseRow;
        await move(tx, row, 'remove');
        if ((await take(tx, id, [member], actor)).length > 0)
          await tell(tx, id, actor, 'removed', { kind: member.kind, subject: member.subject });
      }),

    /** Everything of one case is in the other from now on; the first stays as it was and says where it went. */
    merge: (from: string, into: string, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        if (from === into) throw CASE_INVALID({ max: MAX_TITLE });
        const rows = await locked(tx, [from, into]);
        await move(tx, rows.get(from) as CaseRow, 'merge-away', { merged_into: into });
        await move(tx, rows.get(into) as CaseRow, 'merge-in');
        const members = await activeMembers(tx, from);
        await insertMembers(tx, into, members, actor);
        await tell(tx, from, actor, 'merged-away', { into, members: members.length });
        await tell(tx, into, actor, 'merged-in', { from, members: members.length });
      }),

    /** Moves some of a case into a new one; at least one stays. Answers the new case. */
    split: (id: string, members: readonly Member[], title: string, actor: string): Promise<string> =>
      transaction(db, async (tx) => {
        const row = (await locked(tx, [id])).get(id) as CaseRow;
        await move(tx, row, 'split');
        const before = await activeMembers(tx, id);
        const moved = await take(tx, id, members, actor);
        if (moved.length === 0 || moved.length === before.length) throw CASE_INVALID({ max: MAX_TITLE });
        const fresh = await insertCase(tx, title, actor);
        await insertMembers(tx, fresh, moved, actor);
        await tell(tx, id, actor, 'split', { into: fresh, members: moved.length });
        await tell(tx, fresh, actor, 'split-from', { from: id, members: moved.length });
        return fresh;
      }),

    close: (id: string, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        await move(tx, (await locked(tx, [id])).get(id) as CaseRow, 'close');
        await tell(tx, id, actor, 'closed', {});
      }),

    reopen: (id: string, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        await move(tx, (await locked(tx, [id])).get(id) as CaseRow, 'reopen');
        await tell(tx, id, actor, 'reopened', {});
      }),

    async find(id: string): Promise<CaseView> {
      const row = await tables(db).selectFrom('casework.case').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw CASE_UNKNOWN();
      return view(row);
    },

    /** What is in a case now. */
    members: (id: string) => activeMembers(db, id),

    /** Everything that ever happened to a case, newest first. */
    history: (id: string) =>
      tables(db)
        .selectFrom('casework.case_event')
        .selectAll()
        .where('case', '=', id)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(200)
        .execute(),

    async people(ids: readonly string[]): Promise<PersonView[]> {
      if (ids.length === 0) return [];
      const rows = await tables(db)
        .selectFrom('casework.case_person')
        .selectAll()
        .where('id', 'in', [...ids])
        .execute();
      return rows.map((r) => ({
        id: r.id,
        role: r.role,
        label:
          r.label && r.data_key
            ? keys.openRecordKey(r.data_key, `casework.case_person:${r.id}`).openText(r.label, 'label')
            : '',
      }));
    },

    /** Cases in a state, changed last first. */
    async list(state: CaseRow['state']): Promise<CaseView[]> {
      const rows = await tables(db)
        .selectFrom('casework.case')
        .selectAll()
        .where('state', '=', state)
        .orderBy('changed_at', 'desc')
        .orderBy('id')
        .limit(LIST)
        .execute();
      return rows.map(view);
    },

    async sizes(ids: readonly string[]): Promise<Map<string, number>> {
      if (ids.length === 0) return new Map();
      const rows = await tables(db)
        .selectFrom('casework.case_member')
        .select(['case', (e) => e.fn.countAll<number>().as('n')])
        .where('case', 'in', [...ids])
        .where('removed_at', 'is', null)
        .groupBy('case')
        .execute();
      return new Map(rows.map((r) => [r.case, Number(r.n)]));
    },

    /** Cases that something is in now; what was merged is shown as where it went. */
    async of(member: Member): Promise<CaseView[]> {
      const rows = await tables(db)
        .selectFrom('casework.case as c')
        .innerJoin('casework.case_member as m', 'm.case', 'c.id')
        .selectAll('c')
        .where('m.kind', '=', member.kind)
        .where('m.subject', '=', member.subject)
        .where('m.removed_at', 'is', null)
        .where('c.state', '<>', 'merged')
        .orderBy('c.changed_at', 'desc')
        .limit(20)
        .execute();
      return rows.map(view);
    },
  };
}
