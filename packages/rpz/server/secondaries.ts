import { BlockList, isIP } from 'node:net';
import { RpzError, WireError } from '../errors.ts';
import { type KeySettings, type TsigKey, tsigKey } from '../tsig/key.ts';
import { canonicalName } from '../wire/name.ts';
import type { Companions } from '../zone/companions.ts';

export interface NotifyTarget {
  address: string;
  /** 53 unless said. */
  port?: number;
}

/** A provider's server, or a group of them that share keys. */
export interface SecondarySettings {
  id: string;
  /** Origins of the zones that it may have. Any other is refused, known or not. */
  zones: readonly string[];
  /** One key; two while one replaces the other. A key belongs to one secondary. */
  keys?: readonly KeySettings[];
  /**
   * Addresses and networks ("192.0.2.7", "2001:db8::/32") that may ask without TSIG: only for software that has none, such as
   * Unbound. Nobody may unless it is said here.
   */
  unsignedFrom?: readonly string[];
  /** Refuse everything that does not come over TLS. */
  tlsOnly?: boolean;
  notify?: readonly NotifyTarget[];
  /** Names that only this one gets, below accompanied rules. Say the same for ever, whatever becomes of keys. */
  companions?: Companions;
}

export interface Secondary {
  id: string;
  zones: ReadonlySet<string>;
  keys: readonly TsigKey[];
  unsignedFrom: BlockList;
  tlsOnly: boolean;
  notify: readonly Required<NotifyTarget>[];
  companions: Companions | undefined;
}

/**
 * Throws what the primary would: for whoever has settings from several hands and must not lose all for one.
 * @throws {RpzError} secondary-invalid, key-invalid, key-twice
 */
export function checkSecondaries(settings: readonly SecondarySettings[]): void {
  new Secondaries(settings);
}

/** Who may ask, looked up by key or by address. */
export class Secondaries {
  readonly all: readonly Secondary[];
  #byKey = new Map<string, { secondary: Secondary; key: TsigKey }>();

  /** @throws {RpzError} secondary-invalid, key-invalid, key-twice */
  constructor(settings: readonly SecondarySettings[]) {
    this.all = settings.map(secondary);
    if (new Set(this.all.map((s) => s.id)).size !== this.all.length) {
      throw new RpzError('secondary-invalid', 'two secondaries with one id');
    }
    for (const one of this.all) {
      for (const key of one.keys) {
        if (this.#byKey.has(key.name)) throw new RpzError('key-twice', `two keys are called ${key.name}`);
        this.#byKey.set(key.name, { secondary: one, key });
      }
    }
  }

  /** @param name canonical */
  byKey(name: string): { secondary: Secondary; key: TsigKey } | undefined {
    return this.#byKey.get(name);
  }

  /** Who may ask for that zone from that address without a signature. */
  byAddress(address: string, zone: string): Secondary | undefined {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return this.all.find((s) => s.zones.has(zone) && s.unsignedFrom.check(address, family));
  }
}

function secondary(settings: SecondarySettings): Secondary {
  const { id, keys = [], unsignedFrom = [], tlsOnly = false, notify = [] } = settings;
  const wrong = (what: string) => new RpzError('secondary-invalid', `${id}: ${what}`);
  if (keys.length > 2) throw wrong('more than two keys');
  const list = new BlockList();
  for (const text of unsignedFrom) {
    const [address = '', bits] = text.split('/');
    const version = isIP(address);
    const family = version === 6 ? 'ipv6' : 'ipv4';
    const most = version === 6 ? 128 : 32;
    if (version === 0 || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= most))) {
      throw wrong(`not an address: ${text}`);
    }
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const bad = notify.find(({ address, port = 53 }) => isIP(address) === 0 || !(port > 0 && port < 65_536));
  if (bad) throw wrong(`not an address: ${bad.address}`);
  try {
    return {
      id,
      zones: new Set(settings.zones.map(canonicalName)),
      keys: keys.map(tsigKey),
      unsignedFrom: list,
      tlsOnly,
      notify: notify.map(({ address, port = 53 }) => ({ address, port })),
      companions: settings.companions,
    };
  } catch (error) {
    if (error instanceof WireError) throw wrong(error.message);
    throw error;
  }
}
