import { getDomain } from 'tldts';
import type { EdgeKind } from '../schema.ts';

/** What a machine saw at the address of an item: where it led, or what stood there. */
export interface Sighting {
  url: string;
  kind: Extract<EdgeKind, 'media' | 'redirect'>;
}

/** Doors where sites send everybody whom they do not know; nothing there is worth a judgement. */
const DOOR =
  /^\/(?:[a-z]{2}(?:-[a-z]{2})?\/?|(?:[\w-]+\/)?(?:log-?in|sign-?(?:in|up)|connexion|register|auth|authorize|consent|captcha|challenge|checkpoint|404|not-?found|error|age(?:-?(?:check|gate|verification))?)(?:[/.][^?]*)?)?$/i;

/** An address without what differs when nothing has moved: scheme, `www.`, a last slash, the place in the page. */
const plain = ({ host, pathname, search }: URL) => host.replace(/^www\./, '') + pathname.replace(/\/+$/, '') + search;

/**
 * Whether what was seen at `parent` should become something to judge. Media always; another address when the reported one
 * led there and it is neither the same place, nor the front door of some site, nor a place to sign in. Pure.
 */
export function worthItsOwn({ url, kind }: Sighting, parent: string): boolean {
  if (!/^https?:/i.test(url) || !URL.canParse(url) || !URL.canParse(parent)) return false;
  if (kind === 'media') return true;
  const [to, from] = [new URL(url), new URL(parent)];
  if (plain(to) === plain(from)) return false;
  const site = (u: URL) => getDomain(u.hostname, { allowPrivateDomains: true }) ?? u.hostname;
  // The front page of another site can be what somebody was led to; that of the own site is where removed pages lead.
  const atDoor = DOOR.test(to.pathname) && (to.pathname !== '/' || site(to) === site(from));
  return !atDoor;
}
