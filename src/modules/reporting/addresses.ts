import {
  dropCredentials,
  extractUrls,
  type NormalisedUrl,
  normaliseUrl,
  type UrlOptions,
} from '../../../packages/web-address/index.ts';
import { type Link, MAX_LINKS } from './intake.ts';

/** Hosts where the part after `#` says which content it is; elsewhere it only says which place of the page. */
const FRAGMENT_HOSTS: ReadonlySet<string> = new Set([
  'mega.nz',
  'mega.io',
  'app.element.io',
  'matrix.to',
  'web.telegram.org',
]);

/** Reads addresses as people type them. */
export interface Addresses {
  /** One address; undefined when the text is none. A line with words around a link gives the link. */
  read(typed: string): Link | undefined;
  /** All addresses of several lines, each once, at most 50. */
  readAll(typed: readonly string[]): Link[];
  /** Those in a text that is no list, such as a mail: several may stand in one line. Each once, at most 50. */
  inText(text: string): Link[];
}

/** PostgreSQL stores neither U+0000 nor half a surrogate pair; nobody types either, and neither may cost a report. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** What was typed as a link, without the name and password that may stand in it: nobody needs them, so they are not kept. */
export const withoutCredentials = (typed: string): string => dropCredentials(typed);

const toLink = (u: NormalisedUrl): Link => ({ url: u.url, key: u.key, original: storable(u.original) });

/** `allowPrivate` lets the names of the demonstration's small Internet pass. */
export function createAddresses(allowPrivate: boolean): Addresses {
  const options: UrlOptions = { fragmentHosts: FRAGMENT_HOSTS, allowPrivate, dropCredentials: true };
  const inLine = (line: string, max: number): Link[] => {
    const whole = normaliseUrl(line, options);
    return whole.ok ? [toLink(whole)] : extractUrls(line, max, options).map(toLink);
  };
  return {
    read: (typed) => inLine(typed, 1)[0],
    readAll(typed) {
      const byKey = new Map<string, Link>();
      for (const line of typed)
        for (const link of inLine(line, MAX_LINKS)) if (!byKey.has(link.key)) byKey.set(link.key, link);
      return [...byKey.values()].slice(0, MAX_LINKS);
    },
    inText: (text) => extractUrls(text, MAX_LINKS, options).map(toLink),
  };
}
