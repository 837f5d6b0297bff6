/** What the headers of a mail say about who wrote it and whether it may be answered. */
export interface MailHead {
  /** Address that it says it is from, lower case; empty when it says none. */
  from: string;
  /** Address that bounces go to; empty for a bounce (RFC 5321 §4.5.5), undefined when the server wrote none down. */
  returnPath: string | undefined;
  autoSubmitted: string;
  precedence: string;
  /** It came by a mailing list, or says that automatic answers are not wanted. */
  list: boolean;
  suppressed: boolean;
  /** It is a mail server's report about another mail. */
  report: boolean;
}

export type SilentBecause = 'automatic' | 'bounce' | 'list' | 'no-reply' | 'no-sender' | 'own';
export interface Manners {
  /** `machine`: no person wrote it to us, it is set aside; visibly, and never answered. */
  writer: 'person' | 'machine';
  /** Why no answer goes out; undefined when one may. */
  silent: SilentBecause | undefined;
}

const SERVERS = /^(?:mailer-daemon|postmaster)@/;
const NO_REPLY = /^(?:[^@]*[._+-])?(?:no-?reply|do-?not-?reply|ne-?pas-?repondre|bounces?|noresponse)(?:[._+-][^@]*)?@/;
/** One address, nothing that a mail program could take for two. */
const ADDRESS = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,255}$/;

/**
 * Sorts by RFC 3834: what answers by itself is set aside, so that two machines never write to each other for ever. What a
 * web form, a school's system or a list sends is still a report: a person is behind it. Only it is not answered. Pure.
 */
export function manners(head: MailHead, ownAddresses: ReadonlySet<string>): Manners {
  const auto = head.autoSubmitted.toLowerCase().split(/[;\s(]/, 1)[0] ?? '';
  if (head.report || (head.returnPath === '' && SERVERS.test(head.from)))
    return { writer: 'machine', silent: 'bounce' };
  if (auto === 'auto-replied' || auto === 'auto-notified') return { writer: 'machine', silent: 'automatic' };
  if (/^auto[_-]?reply$/i.test(head.precedence)) return { writer: 'machine', silent: 'automatic' };
  if (ownAddresses.has(head.from)) return { writer: 'machine', silent: 'own' };
  const person = (silent: SilentBecause | undefined): Manners => ({ writer: 'person', silent });
  if (!ADDRESS.test(head.from)) return person('no-sender');
  if (auto !== '' && auto !== 'no') return person('automatic');
  if (head.list || /^(?:bulk|list|junk)$/i.test(head.precedence)) return person('list');
  if (head.suppressed) return person('automatic');
  if (head.returnPath === '' || NO_REPLY.test(head.from) || SERVERS.test(head.from)) return person('no-reply');
  return person(undefined);
}
