import type { BoardRow } from '../server/board.ts';
import type { Software } from './settings.ts';

export type FindingCode =
  | 'no-policy'
  | 'zone-order'
  | 'update-interval'
  | 'no-tsig'
  | 'no-notify'
  | 'no-copy-on-disk'
  | 'zone-readable'
  | 'zone-transferable'
  | 'waits-for-recursion'
  | 'dnssec-opens'
  | 'small-journal'
  | 'packet-cache'
  | 'slow-refresh'
  | 'no-respip'
  | 'needs-allow-list'
  | 'no-watch'
  | 'long-pauses'
  | 'late-file'
  | 'long-cache'
  | 'weak-algorithm'
  | 'never-asked'
  | 'behind'
  | 'notify-unanswered'
  | 'notify-refused'
  | 'notify-unverified'
  | 'refused'
  | 'transfer-broken'
  | 'old-key'
  | 'two-keys';

export interface Finding {
  code: FindingCode;
  /** 'wrong': blocks come late or not at all. 'weak': works, and could be better or safer. */
  severity: 'wrong' | 'weak';
  /** Zone it is about, or what was found, for people. */
  about?: string;
}

/**
 * Looks at a configuration that a provider has, for what defeats "within a second". Reads text, not grammar: a finding is a
 * reason to look, its absence no proof.
 */
export function examineConfig(software: Software, text: string, zones: readonly string[]): Finding[] {
  const bare = text.replace(/^\s*(#|\/\/|--).*$/gm, '');
  const found: Finding[] = [];
  const wrong = (code: FindingCode, about?: string) => found.push({ code, severity: 'wrong', ...(about && { about }) });
  const weak = (code: FindingCode, about?: string) => found.push({ code, severity: 'weak', ...(about && { about }) });
  for (const zone of zones) if (!bare.includes(zone) && software !== 'mikrotik') wrong('no-policy', zone);
  if (!inOrder(software, bare, zones)) wrong('zone-order');
  if (/hmac-(md5|sha1|sha224)\b/i.test(bare)) weak('weak-algorithm');
  switch (software) {
    case 'bind':
      // Every policy zone waits for its own interval, and for the default of the block where it has none.
      if (!/response-policy\s*\{/.test(bare)) wrong('no-policy');
      else if (!/\}[^;{}]*min-update-interval\s+0\b/.test(bare) && !everyZoneAtOnce(bare)) wrong('update-interval');
      // A name whose servers are gone, or want to know who asks, is not to be looked up before it is blocked.
      if (!/\}[^;{}]*qname-wait-recurse\s+no\b/.test(bare)) weak('waits-for-recursion');
      // Who asks for signatures of a signed name gets it unblocked otherwise.
      if (!/\}[^;{}]*break-dnssec\s+yes\b/.test(bare)) wrong('dnssec-opens');
      // Until 9.18 anybody may fetch a zone, if nothing is said.
      if (!/allow-transfer\s*\{\s*(none|localhost|127|key)/.test(bare)) weak('zone-transferable');
      if (!/\bkey\s+"?[^\s"]+"?\s*(tls\s+"?[^\s"]+"?\s*)?;/.test(bare)) weak('no-tsig');
      if (!/allow-notify/.test(bare)) weak('no-notify');
      if (!/\bfile\s+"/.test(bare)) weak('no-copy-on-disk');
      if (!/allow-query\s*\{\s*(localhost|none|127)/.test(bare)) weak('zone-readable');
      break;
    case 'unbound':
    case 'unbound-behind-knot':
      if (!/^\s*rpz:/m.test(bare)) wrong('no-policy');
      if (!/module-config:\s*"?[^"\n]*respip/.test(bare)) wrong('no-respip');
      if (!/allow-notify:/.test(bare)) weak('no-notify');
      if (!/zonefile:/.test(bare)) weak('no-copy-on-disk');
      if (/for-downstream:\s*"?yes/.test(bare)) weak('zone-readable');
      if (software === 'unbound') weak('needs-allow-list');
      else relayed(bare, wrong, weak);
      break;
    case 'recursor':
      if (!/rpz(Primary|Master)\s*\(/.test(bare)) wrong('no-policy');
      if (!/disable-packetcache\s*=\s*(yes|on)?\s*$/m.test(bare)) wrong('packet-cache');
      for (const [, seconds] of bare.matchAll(/refresh\s*=\s*(\d+)/g))
        if (Number(seconds) > 5) wrong('slow-refresh', seconds);
      if (/rpz(Primary|Master)\s*\(/.test(bare) && !/refresh\s*=/.test(bare)) wrong('slow-refresh');
      if (!/tsigname\s*=/.test(bare)) weak('no-tsig');
      if (!/seedFile\s*=/.test(bare)) weak('no-copy-on-disk');
      break;
    case 'recursor-5.1':
      if (!/rpzs:/.test(bare)) wrong('no-policy');
      if (!/packetcache:\s*\n\s+disable:\s*true/.test(bare)) wrong('packet-cache');
      if (!/allow_notify_for:/.test(bare) || !/allow_notify_from:/.test(bare)) wrong('no-notify');
      if (!/tsig:/.test(bare)) weak('no-tsig');
      if (!/seedFile:/.test(bare)) weak('no-copy-on-disk');
      break;
    case 'knot-resolver':
      if (!/policy\.rpz\s*\(/.test(bare)) wrong('no-policy');
      for (const [call] of bare.matchAll(/policy\.rpz\s*\([^)]*\)/g))
        if (!/,\s*true\s*\)$/.test(call)) wrong('no-watch', call);
      if (/policy\.rpz\s*\(/.test(bare) && !/collectgarbage\s*=/.test(bare)) weak('long-pauses');
      if (/^zone:/m.test(bare) && !/zonefile-sync:\s*0\b/.test(bare)) wrong('late-file');
      relayed(bare, wrong, weak);
      break;
    case 'dnsdist':
      for (const [, options] of bare.matchAll(/newPacketCache\s*\(([^)]*)\)/g)) {
        const most = /maxTTL\s*=\s*(\d+)/.exec(options ?? '')?.[1];
        if (most === undefined || Number(most) > 60) wrong('long-cache');
      }
      break;
    case 'mikrotik': {
      const most = /cache-max-ttl=(\d+)([smhdw]?)/.exec(bare);
      if (!most || (most[2] === 'm' && Number(most[1]) > 1) || /[hdw]/.test(most[2] ?? '')) wrong('long-cache');
      break;
    }
  }
  return found;
}

type Note = (code: FindingCode, about?: string) => void;

/** Knot DNS that fetches for another program on the same machine. */
function relayed(text: string, wrong: Note, weak: Note): void {
  if (!/^zone:/m.test(text)) return;
  // Its 100 MB hold no large zone: it is fetched and thrown away, again and again.
  if (!/journal-max-usage:\s*[1-9]\d*\s*G/i.test(text)) wrong('small-journal');
  if (!/^\s*acl:\s*\[?[^\n]*notify/m.test(text)) weak('no-notify');
  for (const [, address] of text.matchAll(/^\s*listen:\s*\[?\s*([^\s@\],]+)/gm))
    if (!/^(127\.|::1$)/.test(address ?? '')) weak('zone-readable', address);
}

/** How a zone is named where its place among the others counts. */
const PLACES: Partial<Record<Software, (zone: string) => string>> = {
  bind: (zone) => `response-policy\\s*\\{[^}]*?zone\\s+"?${zone}`,
  unbound: (zone) => `^\\s*name:\\s*"?${zone}`,
  'unbound-behind-knot': (zone) => `^\\s*name:\\s*"?${zone}`,
  recursor: (zone) => `rpz(?:Primary|Master)\\s*\\([^,]*,\\s*["']${zone}`,
  'recursor-5.1': (zone) => `name:\\s*["']?${zone}`,
  'knot-resolver': (zone) => `policy\\.rpz\\s*\\([^)]*/${zone}`,
};

/** False when zones stand in another order than that in which they have to decide; what is not found says nothing. */
function inOrder(software: Software, text: string, zones: readonly string[]): boolean {
  const place = PLACES[software];
  if (!place) return true;
  const at = zones
    .map((zone) => new RegExp(place(zone.replace(/[^a-z0-9_-]/g, '\\$&')), 'm').exec(text))
    .flatMap((found) => (found ? [found.index + found[0].length] : []));
  return at.every((end, i) => i === 0 || end > (at[i - 1] as number));
}

/** Whether each zone of the block says it for itself. */
function everyZoneAtOnce(text: string): boolean {
  const block = /response-policy\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  const zones = block.split(';').filter((zone) => /\bzone\b/.test(zone));
  return zones.length > 0 && zones.every((zone) => /min-update-interval\s+0\b/.test(zone));
}

export interface DoctorLimits {
  /** Milliseconds that a secondary may be behind before it is worth a call. */
  lateMs: number;
  keyAgeMs: number;
}

const DOCTOR_LIMITS: DoctorLimits = { lateMs: 60_000, keyAgeMs: 365 * 86_400_000 };

/** What our own side of the board says about a secondary. @param now milliseconds since 1970 */
export function examineBoard(row: BoardRow, now: number, limits: DoctorLimits = DOCTOR_LIMITS): Finding[] {
  const found: Finding[] = [];
  const add = (code: FindingCode, severity: Finding['severity'], about = row.zone) =>
    found.push({ code, severity, about });
  if (!row.asked) add('never-asked', 'wrong');
  if (row.lateSince !== undefined && now - row.lateSince > limits.lateMs) add('behind', 'wrong');
  if (row.notify?.answer === 'none') add('notify-unanswered', 'weak');
  else if (row.notify?.verified === false) add('notify-unverified', 'weak');
  else if (row.notify && !['NOERROR', 'waiting'].includes(row.notify.answer)) add('notify-refused', 'wrong');
  // What was refused before the last good answer is history.
  if (row.refused && row.refused.at > (row.asked?.at ?? 0)) add('refused', 'wrong', row.refused.why);
  if (row.transfer && !row.transfer.complete) add('transfer-broken', 'wrong');
  if (row.key && row.key.ageMs > limits.keyAgeMs) add('old-key', 'weak', row.key.name);
  if (row.keys.length > 1) add('two-keys', 'weak');
  return found;
}
