import type { Keyring } from '../../../platform/keys.ts';
import type { Random } from '../../../platform/random.ts';

const PURPOSE = 'identity.device';
/** Seconds that a browser is known after a complete sign-in. */
export const DEVICE_SECONDS = 180 * 24 * 3600;
/** People who share one machine in shifts. */
const MAX_PEOPLE = 6;
const ENTRY = /^([A-Za-z0-9_-]{16})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/;

interface Known {
  id: string;
  entry: string;
  issued: number;
}

/**
 * Browsers in which somebody has signed in completely (OWASP "device cookies"). The cookie proves nothing but that: it
 * opens no door. Who holds one for an account is not held up by what strangers try on the same account.
 * `name` is the keyed name of the account; it is in the cookie only as part of a MAC.
 */
export function knownDevice(
  keys: Pick<Keyring, 'verifyToken'>,
  cookie: string | undefined,
  name: string,
  now: Date,
): string | undefined {
  return entriesOf(cookie, now).find(({ id, entry, issued }) => {
    const mac = entry.slice(entry.lastIndexOf('.') + 1);
    return keys.verifyToken(PURPOSE, `${name}:${id}:${issued.toString(36)}`, mac);
  })?.id;
}

/** The cookie with this account in front; other people's entries stay, the oldest go. */
export function rememberDevice(
  tools: { keys: Pick<Keyring, 'token' | 'verifyToken'>; random: Random },
  cookie: string | undefined,
  name: string,
  now: Date,
): string {
  const { keys, random } = tools;
  const own = knownDevice(keys, cookie, name, now);
  const id = own ?? random.bytes(12).toString('base64url');
  const issued = Math.floor(now.getTime() / 1000).toString(36);
  const entry = `${id}.${issued}.${keys.token(PURPOSE, `${name}:${id}:${issued}`)}`;
  const others = entriesOf(cookie, now).filter((e) => e.id !== own);
  return [entry, ...others.map((e) => e.entry)].slice(0, MAX_PEOPLE).join('~');
}

function entriesOf(cookie: string | undefined, now: Date): Known[] {
  if (!cookie || cookie.length > 1000) return [];
  const seconds = now.getTime() / 1000;
  return cookie.split('~').flatMap((entry) => {
    const match = ENTRY.exec(entry);
    if (!match) return [];
    const issued = Number.parseInt(match[2] as string, 36);
    return seconds - issued < DEVICE_SECONDS ? [{ id: match[1] as string, entry, issued }] : [];
  });
}
