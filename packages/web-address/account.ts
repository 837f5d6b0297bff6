import { numbering, type Platform, platforms } from './platforms.ts';
import { clean } from './text.ts';
import { normaliseUrl } from './url.ts';

export type AccountFault = 'empty' | 'too-long' | 'not-an-account' | 'bad-number';

export interface NormalisedAccount {
  /** A known platform's name, or what was typed, folded. */
  platform: string;
  /** As people write it there, without `@`. A name that is no handle (a display name) is kept as it is. */
  name: string;
  /** Equal for spellings of one account. A display name's key begins with `~`: it may belong to several people. */
  key: string;
}

const MAX_NAME_LENGTH = 200;

/** Folding of platform names: case, width, spaces, hyphens, Arabic alef and accents. */
function foldPlatform(text: string): string {
  return clean(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/[أإآ]/g, 'ا')
    .replace(/[\s_.-]+/g, '');
}

const byAlias = new Map<string, string>();
const byHost = new Map<string, string>();
for (const [name, platform] of Object.entries(platforms)) {
  for (const alias of [name, ...platform.aliases]) byAlias.set(foldPlatform(alias), name);
  for (const host of platform.hosts) byHost.set(host, name);
}

interface Profile {
  platform: string;
  name: string | null;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The name in the path of a profile, null when the page is something else (a post, an invitation). */
function nameInPath(platform: Platform, url: URL): string | null {
  if (platform.handle === null) {
    const number =
      url.pathname.match(/^\/\+?(\d{7,15})\/?$/)?.[1] ??
      url.searchParams.get('phone') ??
      url.hash.match(/\+(\d{7,15})$/)?.[1];
    return number ? `+${number.replace(/^\++/, '')}` : null;
  }
  const [first = '', second = '', third = ''] = url.pathname.split('/').filter(Boolean).map(decode);
  const id = url.searchParams.get('id');
  if (first === 'profile.php') return id;
  if (first === 'people' || (first === 'pages' && /^\d+$/.test(third))) return third || null;
  if (first.startsWith('@')) return platform.before.includes('@') || platform.bare ? first.slice(1) : null;
  if (platform.before.includes(first)) return second === '' ? null : second.replace(/^@/, '');
  if (platform.kept?.includes(first)) return second === '' ? null : `${first}/${second}`;
  return platform.bare && first !== '' && !platform.pages?.includes(first) && !first.startsWith('+') ? first : null;
}

/** Reads an address as a profile; undefined when the text is no address of a known platform. */
function profileOf(text: string): Profile | undefined {
  if (!/[./]/.test(text) || text.startsWith('@')) return undefined;
  const normalised = normaliseUrl(text, { fragmentHosts: new Set(['signal.me']) });
  if (!normalised.ok) return undefined;
  const hosts = normalised.host.split('.').map((_, k, labels) => labels.slice(k).join('.'));
  const name = hosts.map((host) => byHost.get(host)).find((found) => found !== undefined);
  const platform = name === undefined ? undefined : platforms[name];
  if (name === undefined || !platform) return undefined;
  // "tiktok.com" alone may be a handle of somebody's choosing only where a path says so; an address without one is a site.
  return { platform: name, name: nameInPath(platform, new URL(normalised.url)) };
}

const digitZeros = [0x0660, 0x06f0, 0xff10];

/**
 * A telephone number in E.164 (`+212612345678`). Numbers without a country code are read as dialled in `country`;
 * undefined when it can't be a number there.
 */
export function toE164(text: string, country: string): string | undefined {
  const ascii = [...clean(text)].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    const zero = digitZeros.find((first) => code >= first && code <= first + 9);
    return zero === undefined ? character : String(code - zero);
  });
  const compact = ascii
    .join('')
    .normalize('NFKC')
    .replace(/^tel:/i, '')
    .replace(/[\s().\-/\u2010-\u2015]/g, '');
  const match = /^(\+|00)?(\d{5,17})$/.exec(compact);
  if (!match?.[2]) return undefined;
  const digits = match[2];
  const home = numbering[country];
  if (home) {
    const inside = digits.startsWith(home.code) ? digits.slice(home.code.length) : match[1] ? undefined : digits;
    const national = inside?.startsWith(home.trunk) ? inside.slice(home.trunk.length) : inside;
    if (national !== undefined && home.national.test(national)) return `+${home.code}${national}`;
    if (digits.startsWith(home.code) || (!match[1] && digits.startsWith(home.trunk))) return undefined;
  }
  // Eleven digits and more carry their country code; fewer are a local number of a country unknown.
  const carriesCode = match[1] ? digits.length >= 7 : digits.length >= 11;
  return carriesCode && digits.length <= 15 && !digits.startsWith('0') ? `+${digits}` : undefined;
}

function finish(platformName: string, platform: Platform | undefined, name: string): NormalisedAccount {
  const isHandle = platform?.handle?.test(name) === true;
  if (!platform) return { platform: platformName, name, key: `${platformName}:${name}` };
  if (!isHandle) return { platform: platformName, name, key: `${platformName}:~${name.toLowerCase()}` };
  const caseSensitive = platform.caseSensitive === true || /^UC[\w-]{22}$/.test(name);
  const cased = caseSensitive ? name : name.toLowerCase();
  const folded = platform.dotsIgnored && !cased.includes('/') ? cased.replaceAll('.', '') : cased;
  return { platform: platformName, name, key: `${platformName}:${folded}` };
}

/**
 * One account from what a person typed: a handle with or without `@`, a profile's address, a number for WhatsApp. An
 * address wins over the platform that was ticked. Invitations and posts are addresses, not accounts (`not-an-account`).
 * On a platform we don't know the case of a name is kept, since it may matter. Never throws; a result normalises to itself.
 */
export function normaliseAccount(
  platform: string,
  name: string,
  country = 'ma',
): NormalisedAccount | { error: AccountFault } {
  if (platform.length > MAX_NAME_LENGTH * 4 || name.length > MAX_NAME_LENGTH * 8) return { error: 'too-long' };
  const typed = clean(name.normalize('NFKC')).replace(/\s+/g, ' ');
  const profile = profileOf(typed);
  if (profile && profile.name === null) return { error: 'not-an-account' };

  const folded = foldPlatform(platform);
  const platformName = profile?.platform ?? byAlias.get(folded) ?? (folded === '' ? 'other' : folded);
  const known = platforms[platformName];
  const wanted = profile?.name ?? typed;
  if (known && known.handle === null) {
    if (!/[\p{L}\p{N}]/u.test(wanted)) return { error: 'empty' };
    const number = toE164(wanted, country);
    return number === undefined
      ? { error: 'bad-number' }
      : { platform: platformName, name: number, key: `${platformName}:${number}` };
  }
  const number = platformName === 'telegram' ? toE164(wanted, country) : undefined;
  if (number !== undefined) return { platform: platformName, name: number, key: `${platformName}:${number}` };

  const bare = wanted.replace(/^[@\s]+/, '').replace(/[\s,;:!?،؛؟]+$/, '');
  if (!/[\p{L}\p{N}]/u.test(bare)) return { error: 'empty' };
  if (bare.length > MAX_NAME_LENGTH || platformName.length > MAX_NAME_LENGTH) return { error: 'too-long' };
  return finish(platformName, known, bare);
}
