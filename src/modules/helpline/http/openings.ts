import { type Db, transaction } from '../../../platform/db.ts';
import { type Action, auditName, authorize, type StaffActor } from '../../identity/index.ts';
import type { Contact } from '../../reporting/index.ts';
import type { Helpline } from '../index.ts';
import type { Thread } from '../pages/conversation-page.tsx';
import { RECORD } from './context.ts';

/** The only way from the helpline's desk to what is sealed: the policy is asked, and the opening is audited with it. */
export function createOpenings(helpline: Helpline) {
  const { platform, reporting, casework, identity, conversations } = helpline;

  function open<T>(actor: StaffActor, action: Action, what: string, report: string, read: (tx: Db) => Promise<T>) {
    authorize(actor, action, RECORD);
    return transaction(platform.db, async (tx) => {
      await conversations.get(report, tx);
      const value = await read(tx);
      await conversations.audit(tx, auditName(actor), `${what}.opened`, report);
      return value;
    });
  }

  return {
    thread: (actor: StaffActor, report: string): Promise<Thread> =>
      open(actor, 'narrative.read', 'conversation', report, async (tx) => {
        for (const item of await casework.itemsOfReport(report, tx)) await casework.markRead(tx, item.id, report);
        const story = (await reporting.details.narrative(tx, report)) ?? '';
        const messages = await reporting.details.messages(tx, report);
        const notes = await conversations.notes(report, tx);
        const people = [...messages.map((m) => m.account), ...notes.flatMap((n) => [n.author, n.recipient])];
        const names = await identity.namesOf(people.filter((p): p is string => p !== null));
        const name = (id: string | null) => (id ? (names.get(id) ?? '') : '');
        return {
          story,
          messages: messages.map((m) => ({ id: m.id, author: m.author, by: name(m.account), body: m.body, at: m.at })),
          notes: notes.map((n) => ({
            id: n.id,
            kind: n.kind,
            by: name(n.author),
            to: n.recipient ? name(n.recipient) : undefined,
            text: n.text,
            at: n.at,
          })),
        };
      }),

    /** How to call, without the number. */
    callRules: (actor: StaffActor, report: string): Promise<Omit<Contact, 'value'> | undefined> =>
      open(actor, 'contact.read', 'call-rules', report, async (tx) => {
        const contact = await reporting.details.contact(tx, report);
        if (!contact) return undefined;
        const { value: _value, ...rules } = contact;
        return rules;
      }),

    /** The number; over a "do not call" only with a reason, which is kept. */
    number: (actor: StaffActor, report: string, reason: string): Promise<Contact | undefined> =>
      open(actor, 'contact.read', 'contact', report, async (tx) => {
        const contact = await reporting.details.contact(tx, report);
        if (contact?.safeToCall === 'no')
          await conversations.addNote(tx, 'call-back', report, actor.accountId, null, reason);
        return contact;
      }),
  };
}
