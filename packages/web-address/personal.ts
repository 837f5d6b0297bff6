/** Query fields that carry who somebody is, or a key that was made for one person. */
const PERSONAL_FIELD =
  /^(e?mail|user(name|id)?|uid|member|account|phone|tel|msisdn|token|tok|auth|authkey|key|apikey|sig|signature|hmac|hash|session(id)?|sid|jwt|code|otp|pin|pass(word)?|pwd|secret|invite|invitation|ticket|magic|reset|verify|confirm|unsubscribe|ref(errer|erral)?|share(id|_id|token)?|igsh(id)?|si|rcpt|recipient|click_?id|cid|eid|mid)$/i;
const MAIL = /[^\s/@]+(@|%40)[^\s/@]+\.[a-z]{2,}/i;
const JWT = /^eyJ[\w-]{10,}\.[\w-]{10,}/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Long, and of the mix of letters and digits that machines draw and people don't choose. */
function looksDrawn(text: string): boolean {
  if (UUID.test(text) || JWT.test(text)) return true;
  if (!/^[\w.~+/=-]{20,}$/.test(text)) return false;
  if (/^[0-9a-f]{32,}$/i.test(text)) return true;
  // A title in an address has words: long runs of letters between its dashes, and hardly a digit inside them.
  const longest = Math.max(...text.split(/[-_.~+/=]/).map((run) => run.length));
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  return longest >= 16 && kinds >= 2 && (text.match(/\d/g)?.length ?? 0) >= 3;
}

/**
 * What in an address may have been made for one person: invitations, reset and share links, sessions, mail addresses.
 * Fetching such a link can use it up, or tell its maker that it was shown to somebody. Names of query fields, and
 * `path` or `fragment`; an empty list means that nothing was found, not that it is safe.
 */
export function personalParts(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const url = new URL(address);
  const found = new Set<string>();
  for (const [name, value] of url.searchParams)
    if (value && (PERSONAL_FIELD.test(name) || looksDrawn(value) || MAIL.test(value))) found.add(name);
  const drawn = (text: string) => text.split('/').some((segment) => looksDrawn(segment) || MAIL.test(segment));
  if (drawn(url.pathname)) found.add('path');
  if (url.hash && (drawn(url.hash.slice(1)) || /[?&=]/.test(url.hash))) found.add('fragment');
  if (url.username || url.password) found.add('userinfo');
  return [...found];
}
