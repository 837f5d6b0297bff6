import { isIP } from 'node:net';

/*
 * Networks as triggers "rpz-ip": a rule for every answer with an address in them. The owner is the length of the prefix and the
 * address from its end ("24.0.2.0.192.rpz-ip", "48.zz.1.db8.2001.rpz-ip"); "zz" stands for the first of the longest runs of zeros,
 * two words at least, as "::" does. Servers take no other spelling (BIND 9.18).
 */

/** How the key of a network begins: its owner's labels reversed, as of names. */
const FIRST = 'rpz-ip.';

/** Eight words of an IPv6 address. @param address valid */
function words(address: string): number[] {
  // The URL standard's parser writes the short form, with what was an IPv4 tail in hexadecimal.
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [left = '', right] = short.split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':').map((w) => Number.parseInt(w, 16)));
  const head = read(left);
  if (right === undefined) return head;
  const tail = read(right);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Whether all bits behind the prefix are 0. */
function isFirst(parts: readonly number[], size: number, bits: number): boolean {
  return parts.every((part, i) => {
    const own = Math.min(size, Math.max(0, bits - i * size));
    return part % 2 ** (size - own) === 0;
  });
}

/**
 * The one spelling of a network: "192.0.2.0/24", "2001:db8:1::/48". Undefined when it is none, or when bits are set behind the
 * prefix: what was meant then, nobody can tell.
 */
export function normaliseNetwork(text: string): string | undefined {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] ?? '';
  const bits = Number(match?.[2]);
  switch (match ? isIP(address) : 0) {
    case 4: {
      const bytes = address.split('.').map(Number);
      return bits <= 32 && isFirst(bytes, 8, bits) ? `${bytes.join('.')}/${bits}` : undefined;
    }
    case 6:
      return bits <= 128 && isFirst(words(address), 16, bits)
        ? `${new URL(`http://[${address}]/`).hostname.slice(1, -1)}/${bits}`
        : undefined;
    default:
      return undefined;
  }
}

/** @param network as {@link normaliseNetwork} spells it */
export function networkKey(network: string): string {
  const [address = '', bits = ''] = network.split('/');
  if (!address.includes(':')) return `${FIRST}${address}.${bits}`;
  const all = words(address);
  let [best, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && all[i + n] === 0) n++;
    if (n > length) [best, length] = [i, n];
  }
  const hex = all.map((w) => w.toString(16));
  if (best >= 0) hex.splice(best, length, 'zz');
  return `${FIRST}${hex.join('.')}.${bits}`;
}

/** The network that a key stands for; undefined for names. */
export function networkOfKey(key: string): string | undefined {
  if (!key.startsWith(FIRST)) return undefined;
  const labels = key.slice(FIRST.length).split('.');
  const bits = labels.pop();
  if (labels.length === 4 && !labels.includes('zz')) return `${labels.join('.')}/${bits}`;
  const at = labels.indexOf('zz');
  if (at < 0) return `${labels.join(':')}/${bits}`;
  return `${labels.slice(0, at).join(':')}::${labels.slice(at + 1).join(':')}/${bits}`;
}
