import type { LineRead } from '../source.ts';
import type { LineReader } from './line-formats.ts';

const CLASS_OR_TTL = /^(?:in|ch|hs|\d+[smhdw]?(?:\d+[smhdw])*)$/i;
const TRIGGER = /(?:^|\.)rpz-(?:ip|client-ip|nsdname|nsip)$/i;
/** How many lines a record may span; an SOA needs seven. */
const MAX_SPAN = 50;

/** Words of a record's line; what a semicolon begins is a comment, and quotes keep both it and spaces. */
function words(line: string): string[] {
  const out: string[] = [];
  for (const m of line.matchAll(/"(?:[^"\\]|\\.)*"?|;.*$|[()]|[^\s;()"]+/g)) {
    if (m[0].startsWith(';')) break;
    out.push(m[0]);
  }
  return out;
}

/**
 * A response policy zone as text (draft-vixie-dns-rpz): owner names relative to the zone, `CNAME .` and `CNAME *.` block,
 * `rpz-passthru.` makes an exception, `rpz-drop.` blocks. Triggers on addresses and servers, and answers of other kinds,
 * are skipped: a family's filter asks for names, and gives no answers of a stranger's.
 */
export function rpzReader(): LineReader {
  let origin: string | undefined;
  let owner: string | undefined;
  let span: string[] | undefined;
  let spanned = 0;

  /** The name that a trigger is about, without the zone's own; undefined when it is about the zone itself. */
  function triggerOf(written: string): string | undefined {
    if (written === '@') return undefined;
    if (!written.endsWith('.')) return written;
    const bare = written.slice(0, -1);
    const zone = origin?.replace(/\.$/, '');
    if (zone === undefined || zone === '') return bare;
    if (bare.toLowerCase() === zone.toLowerCase()) return undefined;
    return bare.toLowerCase().endsWith(`.${zone.toLowerCase()}`) ? bare.slice(0, -zone.length - 1) : bare;
  }

  function record(parts: string[], startsWithSpace: boolean): LineRead {
    const fields = [...parts];
    if (!startsWithSpace) owner = fields.shift();
    while (fields[0] !== undefined && CLASS_OR_TTL.test(fields[0])) fields.shift();
    const type = fields.shift()?.toUpperCase();
    if (type === undefined || owner === undefined) return 'not-understood';
    // The first SOA tells the zone's name where no $ORIGIN did.
    if (type === 'SOA') {
      if (origin === undefined && owner !== '@') origin = owner;
      return undefined;
    }
    if (type === 'NS' || /^(?:RRSIG|DNSKEY|NSEC3?|NSEC3PARAM|ZONEMD|CDS|CDNSKEY)$/.test(type)) return undefined;
    const name = triggerOf(owner);
    if (name === undefined) return undefined;
    if (TRIGGER.test(name)) return 'trigger';
    if (type !== 'CNAME') return 'answers';
    const target = fields[0]?.toLowerCase() ?? '';
    const listed = name.startsWith('*.')
      ? { name: name.slice(2), scope: 'subtree' as const }
      : { name, scope: 'exact' as const };
    if (target === '.' || target === '*.' || target === 'rpz-drop.') return [{ ...listed, action: 'block' }];
    if (target === 'rpz-passthru.') return [{ ...listed, action: 'allow' }];
    return 'answers';
  }

  return (line) => {
    const parts = words(line);
    if (span) {
      span.push(...parts);
      if (++spanned > MAX_SPAN) {
        span = undefined;
        return 'not-understood';
      }
      if (!parts.includes(')')) return undefined;
      const whole = span.filter((w) => w !== '(' && w !== ')');
      span = undefined;
      return record(whole.slice(1), whole[0] === 'space');
    }
    if (parts.length === 0) return undefined;
    const space = /^\s/.test(line);
    if (parts[0]?.startsWith('$')) {
      if (parts[0].toUpperCase() === '$ORIGIN' && parts[1]) origin = parts[1];
      else if (parts[0].toUpperCase() !== '$TTL') return 'not-understood';
      return undefined;
    }
    if (parts.includes('(') && !parts.includes(')')) {
      span = [space ? 'space' : 'owner', ...parts];
      spanned = 0;
      return undefined;
    }
    return record(
      parts.filter((w) => w !== '(' && w !== ')'),
      space,
    );
  };
}
