/** What an IMAP server says of a mail's parts (BODYSTRUCTURE), as far as it is looked at. */
export interface PartNode {
  type: string;
  parameters?: Record<string, string> | undefined;
  encoding?: string | undefined;
  disposition?: string | undefined;
  childNodes?: readonly PartNode[] | undefined;
  envelope?: { subject?: string | undefined } | undefined;
}

export interface TextPart {
  /** Its number in the mail, as IMAP counts (RFC 3501 §6.4.5). */
  part: string;
  type: 'text/plain' | 'text/html';
  parameters: Record<string, string>;
  encoding: string;
  /** Subject of the mail inside this one that it belongs to; undefined for the outer mail. */
  innerSubject: string | undefined;
  /** The same in another form (multipart/alternative), read when this has no words. */
  instead: TextPart[];
}

export interface MailOutline {
  texts: TextPart[];
  /** Media types of everything that is not fetched, in order. */
  attachments: string[];
  /** Mails inside the mail. */
  forwarded: number;
  /** The report of a mail server about a mail that could not be delivered, or was read. */
  automatic: boolean;
}

/** So many parts are looked at; nobody who needs help writes more. */
const MAX_NODES = 200;
const MAX_TEXTS = 20;
const MAX_DEPTH = 12;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,80}$/;

const mediaType = (type: string): string => {
  const lower = type.toLowerCase();
  return MEDIA_TYPE.test(lower) ? lower : 'application/octet-stream';
};

/**
 * Decides from the outline that the server gives which parts are words to be fetched. Everything else stays on the mail
 * server: no picture ever comes into our memory, let alone our store. Pure.
 */
export function outline(root: PartNode): MailOutline {
  const found: MailOutline = { texts: [], attachments: [], forwarded: 0, automatic: false };
  let nodes = 0;

  function textOf(node: PartNode, part: string, innerSubject: string | undefined): TextPart | undefined {
    const type = mediaType(node.type);
    if (type !== 'text/plain' && type !== 'text/html') return undefined;
    if (node.disposition?.toLowerCase() === 'attachment') return undefined;
    return {
      part,
      type,
      parameters: node.parameters ?? {},
      encoding: node.encoding ?? '7bit',
      innerSubject,
      instead: [],
    };
  }

  /**
   * Numbers are counted here (RFC 3501 §6.4.5): the body of a mail inside the mail is N.1, N itself is that mail with all
   * its headers, which say where somebody was. `at` is the number of the part, or what the numbers below it begin with.
   */
  function walk(node: PartNode, at: string, depth: number, innerSubject: string | undefined, into: TextPart[]): void {
    nodes += 1;
    if (nodes > MAX_NODES || depth > MAX_DEPTH) return;
    const type = mediaType(node.type);
    const children = (subject: string | undefined, to: TextPart[]) =>
      (node.childNodes ?? []).forEach((child, i) => {
        walk(child, at ? `${at}.${i + 1}` : String(i + 1), depth + 1, subject, to);
      });
    if (type === 'multipart/alternative') {
      const forms: TextPart[] = [];
      children(innerSubject, forms);
      forms.sort((a, b) => Number(a.type === 'text/html') - Number(b.type === 'text/html'));
      const [first, ...others] = forms;
      if (first) into.push({ ...first, instead: others });
      return;
    }
    if (type === 'multipart/report') found.automatic = true;
    if (type.startsWith('multipart/')) {
      children(innerSubject, into);
      return;
    }
    const part = at || '1';
    if (type === 'message/rfc822') {
      found.forwarded += 1;
      const inner = node.childNodes?.[0];
      if (!inner) return;
      const below = mediaType(inner.type).startsWith('multipart/') ? part : `${part}.1`;
      walk(inner, below, depth + 1, node.envelope?.subject ?? '', into);
      return;
    }
    const text = textOf(node, part, innerSubject);
    if (text) into.push(text);
    else found.attachments.push(type);
  }

  walk(root, '', 0, undefined, found.texts);
  found.texts = found.texts.slice(0, MAX_TEXTS);
  return found;
}
