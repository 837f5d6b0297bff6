import { createHash } from 'node:crypto';
import { type HeaderValue, simpleParser } from 'mailparser';
import { storable } from '../addresses.ts';
import type { MailHead } from './manners.ts';
import type { TextPart } from './structure.ts';

/** The only headers that are asked for. What tells where somebody was (Received, X-Originating-IP) never comes to us. */
export const HEADERS = [
  'from',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'return-path',
  'auto-submitted',
  'precedence',
  'list-id',
  'list-post',
  'list-unsubscribe',
  'x-auto-response-suppress',
  'x-autoreply',
  'x-loop',
  'content-type',
] as const;

/** Octets of a text part that are fetched; the rest of it stays where it is. */
export const MAX_PART = 512 * 1024;
/** Characters of HTML that are turned into words. */
const MAX_HTML = 2 * 1024 * 1024;
const MAX_SUBJECT = 500;
const MAX_ADDRESS = 320;

/** Why the words of a mail could not be read. */
export type Unreadable = 'empty' | 'markup' | 'broken';
export class UnreadableMail extends Error {
  readonly reason: Unreadable;
  constructor(reason: Unreadable) {
    super(`a mail could not be read: ${reason}`);
    this.name = 'UnreadableMail';
    this.reason = reason;
  }
}

export interface ReadHead extends MailHead {
  subject: string;
  /** How its writer may be reached: name and address, and where an answer is wanted if that is elsewhere. */
  contact: string;
  messageId: string;
  date: string;
}

interface AddressValue {
  value?: { address?: string; name?: string }[];
}
const addressesOf = (value: HeaderValue | undefined): { address: string; name: string }[] => {
  const given = Array.isArray(value) ? value[0] : value;
  return ((given as AddressValue | undefined)?.value ?? []).map((a) => ({
    address: (a.address ?? '').trim().toLowerCase().slice(0, MAX_ADDRESS),
    // No brackets: what is between them is taken for the address.
    name: line((a.name ?? '').replace(/[<>]/g, ' '), 200),
  }));
};
const textOf = (value: HeaderValue | undefined): string => {
  const given = Array.isArray(value) ? value[0] : value;
  return typeof given === 'string' ? given : '';
};

/** One line of text: no control character, no half character, so long at most. */
const line = (text: string, max: number): string =>
  storable(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, max)
    .toWellFormed();

/** Reads the headers that were asked for. Throws nothing: what is broken is empty. */
export async function readHead(raw: Buffer): Promise<ReadHead> {
  const mail = await simpleParser(Buffer.concat([raw, Buffer.from('\r\n\r\n')]), { skipTextToHtml: true });
  const get = (name: string) => mail.headers.get(name);
  const [from] = addressesOf(get('from'));
  const [replyTo] = addressesOf(get('reply-to'));
  const returnPath = mail.headers.has('return-path') ? (addressesOf(get('return-path'))[0]?.address ?? '') : undefined;
  const contentType = get('content-type') as { value?: string } | undefined;
  const suppress = textOf(get('x-auto-response-suppress')).toLowerCase();
  const named =
    from?.name && from.name.toLowerCase() !== from.address ? `${from.name} <${from.address}>` : from?.address;
  const elsewhere = replyTo?.address && replyTo.address !== from?.address ? ` (${replyTo.address})` : '';
  return {
    from: from?.address ?? '',
    returnPath,
    autoSubmitted: textOf(get('auto-submitted')) || (mail.headers.has('x-autoreply') ? 'auto-replied' : ''),
    precedence: textOf(get('precedence')).trim(),
    list: mail.headers.has('list'),
    suppressed: /\b(?:all|autoreply|oof)\b/.test(suppress) || mail.headers.has('x-loop'),
    report: contentType?.value === 'multipart/report',
    subject: line(mail.subject ?? '', MAX_SUBJECT),
    contact: `${named ?? ''}${elsewhere}`.trim(),
    messageId: (mail.messageId ?? '').slice(0, 1000),
    date: mail.date?.toISOString() ?? '',
  };
}

const TOKEN = /^[A-Za-z0-9_.:+-]{1,40}$/;
const ENCODINGS = new Set(['7bit', '8bit', 'binary', 'base64', 'quoted-printable']);

function validUtf8(bytes: Buffer): boolean {
  try {
    // A part that was cut at its limit may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Old mail programs name no alphabet, or a false one. Then: Unicode if it is, else Arabic if it reads like that, else Latin. */
function charsetOf(declared: string | undefined, raw: Buffer, encoding: string): string {
  const named = (declared ?? '').toLowerCase();
  const silent =
    !TOKEN.test(named) || named === 'us-ascii' || named.startsWith('unknown') || named.startsWith('x-unknown');
  if (!silent) return named;
  const bytes =
    encoding === 'base64'
      ? Buffer.from(raw.toString('latin1'), 'base64')
      : encoding === 'quoted-printable'
        ? Buffer.from(
            raw
              .toString('latin1')
              .replace(/=\r?\n/g, '')
              .replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
            'latin1',
          )
        : raw;
  if (validUtf8(bytes)) return 'utf-8';
  const high = bytes.reduce((n, byte) => n + (byte >= 0xc0 ? 1 : 0), 0);
  const letters = bytes.reduce((n, byte) => n + (byte >= 0x41 && byte <= 0x7a ? 1 : 0), 0);
  return high > letters ? 'windows-1256' : 'windows-1252';
}

async function decode(part: TextPart, raw: Buffer): Promise<string> {
  const encoding = ENCODINGS.has(part.encoding.toLowerCase()) ? part.encoding.toLowerCase() : '8bit';
  const flowed = part.parameters.format?.toLowerCase() === 'flowed' ? '; format=flowed' : '';
  const delsp = flowed && part.parameters.delsp?.toLowerCase() === 'yes' ? '; delsp=yes' : '';
  const charset = charsetOf(part.parameters.charset, raw, encoding);
  const head = `Content-Type: text/plain; charset="${charset}"${flowed}${delsp}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  const mail = await simpleParser(Buffer.concat([Buffer.from(head), raw]), { skipTextToHtml: true });
  return mail.text ?? '';
}

/** The words of a page of HTML, with the addresses of its links. Nothing is loaded; pictures are not even mentioned. */
async function wordsOfHtml(html: string): Promise<string> {
  // Where a picture would be loaded from is no address that somebody reports.
  const bare = html.slice(0, MAX_HTML).replace(/<(?:img|image|source|video|audio|object|embed|iframe)\b[^<>]*>/gi, ' ');
  const source = Buffer.from(
    `Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${bare}`,
  );
  const mail = await simpleParser(source, { skipTextToHtml: true, skipImageLinks: true });
  if (mail.textConversionError) throw new UnreadableMail('markup');
  return mail.text ?? '';
}

/** Characters of one part that are kept: a long novel. What lies behind is not what anybody reports. */
const MAX_WORDS = 400_000;

/**
 * Words without what only makes mischief: control characters, long runs of nothing. Linear in their length, whatever they
 * are: one mail must not keep the process from paging somebody.
 */
const clean = (text: string): string =>
  storable(text.slice(0, MAX_WORDS).toWellFormed())
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]+/gu, '')
    .split('\n')
    .map((each) => each.trimEnd())
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim();

/** The words of a part. Throws {@link UnreadableMail} for markup that no program of good sense makes. */
export async function readPart(part: TextPart, raw: Buffer): Promise<string> {
  const text = await decode(part, raw);
  return clean(part.type === 'text/html' ? await wordsOfHtml(text) : text);
}

/**
 * What makes two mails the same: who wrote when under which id, and which words. A second delivery of one mail has other
 * headers on top and is the same; other words under a used id are another mail, and are not lost.
 */
export function sameMail(head: ReadHead, text: string, attachments: readonly string[]): string {
  const parts = [head.messageId, head.messageId ? '' : head.date, head.from, head.subject, text, attachments.join()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
