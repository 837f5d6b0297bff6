import ipaddr from 'ipaddr.js';
import type { Format, LineRead, Listed } from '../source.ts';

/** Reads a line. Readers of formats whose lines depend on earlier ones keep that to themselves: one for each file. */
export type LineReader = (line: string) => LineRead;

/** `*.d` and `.d` mean d and what is below it: a list that closes all of a name's children has no reason to leave it open. */
function block(typed: string, scope: Listed['scope']): Listed {
  const below = /^(?:\*\.|\.)(?=.)/.exec(typed);
  return below
    ? { name: typed.slice(below[0].length), scope: 'subtree', action: 'block' }
    : { name: typed, scope, action: 'block' };
}

const withoutComment = (line: string, mark: string): string => {
  const at = line.indexOf(mark);
  return (at < 0 ? line : line.slice(0, at)).trim();
};

/** Names that every hosts file has for the machine itself. */
const OWN_NAMES = new Set(
  'localhost localhost.localdomain local broadcasthost ip6-localhost ip6-loopback ip6-localnet ip6-mcastprefix ip6-allnodes ip6-allrouters ip6-allhosts 0.0.0.0'.split(
    ' ',
  ),
);

/** Whether somebody who is sent there arrives nowhere: an unspecified or loopback address. */
export function isSink(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const range = ipaddr.process(address).range();
  return range === 'unspecified' || range === 'loopback';
}

/** `0.0.0.0 name name # comment`; a line of one word is a name by itself. */
export function readHosts(line: string): LineRead {
  const text = withoutComment(line, '#');
  if (text === '') return undefined;
  const [address = '', ...names] = text.split(/\s+/);
  if (names.length === 0) return ipaddr.isValid(address) ? 'not-understood' : [block(address, 'exact')];
  if (!ipaddr.isValid(address)) return 'not-understood';
  const others = names.filter((n) => !OWN_NAMES.has(n.toLowerCase()));
  if (others.length === 0) return undefined;
  // A file that sends a name to a real server does not block it.
  return isSink(address) ? others.map((n) => block(n, 'exact')) : 'answers';
}

/** One name on each line, with all that is below it, as squidGuard reads its `domains`. */
export function readPlain(line: string): LineRead {
  const text = withoutComment(line, '#');
  if (text === '') return undefined;
  return /\s/.test(text) ? 'not-understood' : [block(text, 'subtree')];
}

const COSMETIC = /#[@?$%]*#|\$\$|\$@\$/;
/** Options that change nothing for a name as a whole. */
const HARMLESS = new Set(['important', 'all', 'document', 'doc']);

/** Of an ad blocker's list only what concerns whole names: `||d^`, `@@||d^`, and lines of a hosts file. */
export function readAdblock(line: string): LineRead {
  const text = line.trim();
  if (text === '' || text.startsWith('!') || /^\[[^\]]*\]$/.test(text)) return undefined;
  if (COSMETIC.test(text)) return 'cosmetic';
  if (text.startsWith('#')) return undefined;
  const allow = text.startsWith('@@');
  const rule = allow ? text.slice(2) : text;
  if (rule.startsWith('/') && rule.length > 1) return 'pattern';
  const dollar = rule.indexOf('$');
  const pattern = dollar < 0 ? rule : rule.slice(0, dollar);
  const options = dollar < 0 ? [] : rule.slice(dollar + 1).split(',');
  if (!pattern.startsWith('||')) {
    if (pattern.startsWith('|') || /[/^]/.test(pattern)) return pattern.includes('/') ? 'path' : 'pattern';
    if (allow || dollar >= 0) return dollar >= 0 ? 'options' : 'pattern';
    return /\*(?!\.)|.\*/.test(pattern) ? 'pattern' : readHosts(rule);
  }
  const name = pattern.slice(2).replace(/\^\|?$/, '');
  if (name.includes('/')) return 'path';
  if (/[\^|]/.test(name) || name.replace(/^\*\./, '').includes('*')) return 'pattern';
  if (!/\^\|?$/.test(pattern)) return 'pattern';
  if (!options.every((o) => HARMLESS.has(o.trim()))) return 'options';
  return [{ ...block(name, 'subtree'), action: allow ? 'allow' : 'block' }];
}

/** `address=/d/`, `local=/d/`, `server=/d/`: several names between the slashes, and after them what is answered. */
export function readDnsmasq(line: string): LineRead {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const parts = /^(local|address|server)\s*=\s*\/(.*)\/([^/]*)$/.exec(text);
  if (!parts) return 'not-understood';
  const [, key, names = '', rest = ''] = parts as unknown as [string, string, string, string];
  const answer = withoutComment(rest, ' #');
  const listed = names.split('/').filter((n) => n !== '');
  if (listed.length === 0) return 'not-understood';
  if (listed.includes('#')) return 'pattern';
  // `server=/d/#` sends a name the usual way: an exception from what is blocked above it.
  if (answer === '#') {
    if (key === 'address') return listed.map((n) => block(n, 'subtree'));
    return listed.map((n) => ({ ...block(n, 'subtree'), action: 'allow' }));
  }
  if (answer !== '' && !(key === 'address' && isSink(answer))) return 'answers';
  return listed.map((n) => block(n, 'subtree'));
}

/** A line of RFC 4180, or with semicolons as spreadsheets here write it; cells do not go on in the next line. */
function cells(line: string): string[] | undefined {
  const separator = /^[^",]*;/.test(line) ? ';' : ',';
  const out: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] === '"') {
      let cell = '';
      for (at++; ; at++) {
        if (at >= line.length) return undefined;
        if (line[at] !== '"') cell += line[at];
        else if (line[at + 1] === '"') cell += line[at++];
        else break;
      }
      out.push(cell);
      at++;
      if (at < line.length && line[at] !== separator) return undefined;
      at++;
    } else {
      const end = line.indexOf(separator, at);
      out.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length + 1 : end + 1;
    }
  }
  return out.map((c) => c.trim());
}

const HEADINGS = new Set(['name', 'domain', 'host', 'hostname', 'nom', 'domaine', 'site']);

/** `name,category`; a first line of headings is one. Without a second cell the list's own category counts. */
export function csvReader(): LineReader {
  let first = true;
  return (line) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return undefined;
    const row = cells(text);
    const heading = first && HEADINGS.has(row?.[0]?.toLowerCase() ?? '');
    first = false;
    if (heading) return undefined;
    const [name = '', category = ''] = row ?? [];
    if (name === '') return 'not-understood';
    return [{ ...block(name, 'subtree'), ...(category === '' ? {} : { category: category.toLowerCase() }) }];
  };
}

/** Formats that are read line by line, without a thing that spans several. */
export const LINE_READERS: Record<Exclude<Format, 'ut1' | 'rpz'>, () => LineReader> = {
  hosts: () => readHosts,
  plain: () => readPlain,
  adblock: () => readAdblock,
  dnsmasq: () => readDnsmasq,
  csv: csvReader,
};
