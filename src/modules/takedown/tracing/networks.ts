import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setImmediate as yieldNow } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';

export interface NetworkFacts {
  asn?: number;
  /** Name of the organisation that announces the network. */
  organisation?: string;
  /** ISO 3166-1 alpha-2, where the network is registered; not where the machine stands. */
  country?: string;
}

export interface NetworkTable {
  /** Offline. Loads the tables of the address's family at first use (IPv4: some 25 MB read, about half a second). */
  lookUp(address: string): Promise<NetworkFacts>;
}

/** Must stand on every page that shows these facts, and in the NOTICE file (CC BY 4.0). */
export const NETWORK_DATA_NOTICE =
  'Network data: Route Views (routeviews.org), IP Geolocation by DB-IP (https://db-ip.com) and the Number Resource ' +
  'Organization (nro.net), compiled by ip-location-db, modified; CC BY 4.0.';

/** Sorted, not overlapping ranges. An address is two 32-bit halves: IPv4 in `low`, IPv6 by its first 64 bits. */
interface Ranges {
  startHigh: Uint32Array;
  startLow: Uint32Array;
  endHigh: Uint32Array;
  endLow: Uint32Array;
  value: Uint32Array;
}

type Halves = readonly [high: number, low: number];

const [COMMA, COLON, NEWLINE] = [44, 58, 10];

/** Reads the address written in `bytes[from, to)`. Working on bytes keeps the load of 600,000 rows within a second. */
type ReadHalves = (bytes: Buffer, from: number, to: number) => Halves;

const read4: ReadHalves = (bytes, from, to) => {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + (bytes[i] ?? 0) - 48;
  return [0, value];
};

const groups = new Uint32Array(8);
/** First 64 bits of an IPv6 address in the usual notation (RFC 5952: lower case, `::` once). */
const read6: ReadHalves = (bytes, from, to) => {
  groups.fill(0);
  let [count, gap, value, digits] = [0, -1, 0, 0];
  for (let i = from; i <= to; i++) {
    const c = i < to ? (bytes[i] ?? 0) : COLON;
    if (c !== COLON) {
      value = value * 16 + (c >= 97 ? c - 87 : c - 48);
      digits++;
      continue;
    }
    if (digits > 0) groups[count++] = value;
    else if (i > from && i < to) gap = count;
    [value, digits] = [0, 0];
  }
  if (gap >= 0) groups.copyWithin(8 - (count - gap), gap, count).fill(0, gap, 8 - (count - gap));
  return [(groups[0] ?? 0) * 65_536 + (groups[1] ?? 0), (groups[2] ?? 0) * 65_536 + (groups[3] ?? 0)];
};

function compareAt(high: Uint32Array, low: Uint32Array, i: number, [h, l]: Halves): number {
  return (high[i] ?? 0) - h || (low[i] ?? 0) - l;
}

function find(ranges: Ranges, address: Halves): number | undefined {
  let [from, to] = [0, ranges.value.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareAt(ranges.startHigh, ranges.startLow, middle, address) <= 0) from = middle + 1;
    else to = middle;
  }
  const i = from - 1;
  return i >= 0 && compareAt(ranges.endHigh, ranges.endLow, i, address) >= 0 ? ranges.value[i] : undefined;
}

/** Reads `start,end,value[,name]` lines; gives the loop a turn now and then, so that nobody waits for the whole. */
async function readRanges(
  file: string,
  readHalves: ReadHalves,
  toValue: (value: string, name: () => string) => number,
): Promise<Ranges> {
  const bytes = await readFile(file);
  let rows = 0;
  for (let at = 0; at < bytes.length; at = lineEnd(bytes, at) + 1) rows++;
  const column = () => new Uint32Array(rows);
  const ranges: Ranges = {
    startHigh: column(),
    startLow: column(),
    endHigh: column(),
    endLow: column(),
    value: column(),
  };
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const end = lineEnd(bytes, at);
    const first = bytes.indexOf(COMMA, at);
    const second = bytes.indexOf(COMMA, first + 1);
    const third = bytes.indexOf(COMMA, second + 1);
    const valueEnd = third < 0 || third > end ? end : third;
    const [startHigh, startLow] = readHalves(bytes, at, first);
    const [endHigh, endLow] = readHalves(bytes, first + 1, second);
    ranges.startHigh[row] = startHigh;
    ranges.startLow[row] = startLow;
    ranges.endHigh[row] = endHigh;
    ranges.endLow[row] = endLow;
    ranges.value[row] = toValue(bytes.toString('latin1', second + 1, valueEnd), () =>
      unquote(bytes.toString('utf8', valueEnd + 1, end)),
    );
    at = end + 1;
    if (row % 50_000 === 49_999) await yieldNow();
  }
  return ranges;
}

const lineEnd = (bytes: Buffer, from: number) => {
  const end = bytes.indexOf(NEWLINE, from);
  return end < 0 ? bytes.length : end;
};
const unquote = (text: string) => text.trim().replace(/^"|"$/g, '').replaceAll('""', '"');
const packCountry = (code: string) => (code.charCodeAt(0) << 8) | code.charCodeAt(1);
const unpackCountry = (packed: number) => String.fromCharCode(packed >>> 8, packed & 255);

interface Tables {
  asn: Ranges;
  country: Ranges;
}

/**
 * Network and country of an address from packaged data (@ip-location-db).
 * @param directory where newer copies of the four files lie (`asn-ipv4-num.csv`, `asn-ipv6.csv`,
 *   `asn-country-ipv4-num.csv`, `asn-country-ipv6.csv`); the packaged ones when absent
 */
export function createNetworkTable(directory?: string): NetworkTable {
  const { resolve } = createRequire(import.meta.url);
  const names = new Map<number, string>();
  const locate = (file: string) =>
    directory
      ? path.join(directory, file)
      : resolve(file.startsWith('asn-country') ? `@ip-location-db/asn-country/${file}` : `@ip-location-db/asn/${file}`);
  const asnOf = (value: string, name: () => string) => {
    const asn = Number(value);
    if (!names.has(asn)) names.set(asn, name());
    return asn;
  };
  const load = async (suffix: string, halves: ReadHalves): Promise<Tables> => ({
    asn: await readRanges(locate(`asn-${suffix}.csv`), halves, asnOf),
    country: await readRanges(locate(`asn-country-${suffix}.csv`), halves, packCountry),
  });
  let four: Promise<Tables> | undefined;
  let six: Promise<Tables> | undefined;

  return {
    async lookUp(text) {
      if (!ipaddr.isValid(text)) return {};
      const address = ipaddr.process(text);
      const bytes = Buffer.from(address.toByteArray());
      const isFour = address.kind() === 'ipv4';
      if (isFour) four ??= load('ipv4-num', read4);
      else six ??= load('ipv6', read6);
      const tables = await (isFour ? four : six);
      if (!tables) return {};
      const key: Halves = isFour ? [0, bytes.readUInt32BE(0)] : [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
      const asn = find(tables.asn, key);
      const country = find(tables.country, key);
      const organisation = asn === undefined ? undefined : names.get(asn);
      return {
        ...(asn === undefined ? {} : { asn }),
        ...(organisation ? { organisation } : {}),
        ...(country === undefined ? {} : { country: unpackCountry(country) }),
      };
    },
  };
}

/** Reverse proxies and shields: they forward notices but do not host. Report to them and ask for the origin. */
export const PROXY_NETWORKS: ReadonlyMap<number, string> = new Map([
  [13335, 'Cloudflare'],
  [209242, 'Cloudflare'],
  [54113, 'Fastly'],
  [20940, 'Akamai'],
  [16625, 'Akamai'],
  [19551, 'Imperva'],
  [30148, 'Sucuri'],
  [57724, 'DDoS-Guard'],
  [262254, 'DDoS-Guard'],
]);
