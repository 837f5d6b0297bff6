import data from './data/ways-around.json' with { type: 'json' };

/** What leads around a family's resolver. */
export type WayAround =
  /** Firefox asks whether it may use a resolver of its own: NXDOMAIN says no. */
  | 'canary'
  /** iCloud Private Relay: NXDOMAIN or NODATA; the device then tells that it is off here. */
  | 'relay'
  /** Other public resolvers. */
  | 'resolver'
  /** VPN and proxy services; lists of the category `ways-around` have many more. */
  | 'vpn';

const names = new Map<string, WayAround>([
  ...data.vpn.names.map((name) => [name, 'vpn'] as const),
  ...data.resolvers.names.map((name) => [name, 'resolver'] as const),
  ...data.relay.names.map((name) => [name, 'relay'] as const),
  ...data.canary.names.map((name) => [name, 'canary'] as const),
]);

/** By lower-case name without a dot at the end; each stands for all that is below it. */
export const waysAround = (): ReadonlyMap<string, WayAround> => names;

/** Addresses of public resolvers, for a router's or a provider's filter: a resolver never sees who goes there directly. */
export const resolverAddresses = (): readonly string[] => data.resolvers.addresses;

/** Encrypted client hello: whether HTTPS records lose it where ways around are closed, and names that it shows instead. */
export const echRule = (): { readonly strip: boolean; readonly publicNames: readonly string[] } => data.ech;
