import { isIP } from 'node:net';
import { RpzError, WireError } from '../errors.ts';
import { type KeySettings, tsigKey } from '../tsig/key.ts';
import { canonicalName } from '../wire/name.ts';

/** Software that we write configurations for. */
export const SOFTWARE = [
  'bind',
  'unbound',
  'unbound-behind-knot',
  'recursor',
  'recursor-5.1',
  'knot-resolver',
  'dnsdist',
  'mikrotik',
] as const;
export type Software = (typeof SOFTWARE)[number];

/** What a provider's resolver needs to know to follow our zones. */
export interface ResolverSettings {
  primary: {
    address: string;
    port: number;
    /** Transfers over TLS; the name its certificate must carry, and the file that holds who signed it. */
    tls?: { port: number; name: string; caFile: string };
  };
  /** Origins, in the order in which they decide: allow, then hot, then base. */
  zones: readonly string[];
  key?: Omit<KeySettings, 'since'>;
  /** Folder on the resolver where copies of the zones are kept, so that a restart serves the last good list. */
  dir: string;
  /** Where two programs keep copies, Knot and a resolver that runs as somebody else: the resolver's folder. Default `dir`. */
  resolverDir?: string;
  /** For dnsdist and MikroTik: the resolvers behind them that carry the list. */
  resolvers?: readonly { address: string; port: number }[];
  /**
   * For dnsdist: a name that has an address only where the list is loaded. Resolvers that do not know it get no questions, so that
   * none answers before it has its list.
   */
  probe?: string;
}

export interface Generated {
  files: { name: string; text: string }[];
  /** What a person still has to do or to know, as codes (see NOTES). */
  notes: NoteCode[];
}

/** Sentences in English; whoever shows them to people translates by code. */
export const NOTES = {
  'include-both': 'Include the first file inside "options { }" and the second at the top level.',
  'bind-interval':
    'Without "min-update-interval 0" BIND waits 60 seconds between two updates of a policy zone, whatever NOTIFY says.',
  'bind-ready':
    'BIND answers before its policy zones are loaded: after a restart wait for the log line, not for the port. From 9.20.13 on, "servfail-until-ready yes" beside "qname-wait-recurse no" does that.',
  'unbound-no-tsig':
    'Unbound has no TSIG for policy zones: our side must allow its address without a key. Let that traffic go through a tunnel, or take "unbound-behind-knot".',
  'unbound-transfer-address':
    'Unbound asks for the SOA from its "outgoing-interface", but fetches zones from the address that the system chooses: allow both.',
  'unbound-module': 'If "module-config" stands elsewhere too, put "respip" first there and leave it out here.',
  'relay-loopback': 'Knot fetches with TSIG and gives the zones to Unbound on 127.0.0.1 only.',
  'recursor-polls':
    'This version does not listen to NOTIFY for policy zones: it asks every second, so a change takes up to about a second.',
  'recursor-packet-cache':
    'The packet cache would go on giving old answers for names that were blocked meanwhile: it is switched off.',
  'recursor-untried': 'Written after the documentation of 5.1 and later; not tried with that version by us.',
  'kresd-by-knot': 'Knot Resolver does not fetch zones: Knot DNS beside it does, and writes a file that it watches.',
  'kresd-cqueues': 'The watch needs the package lua-cqueues (Debian); without it Knot Resolver does not start.',
  'kresd-seed': 'The zone files must exist at the first start: put the seed files there once.',
  'kresd-test-names': 'Knot Resolver answers ".test" by itself: do not try the list with names under it.',
  'kresd-short-pauses':
    'Keep the lines about collectgarbage: without them each change stops the resolver for seconds once the list is large.',
  'kresd-no-networks':
    'Knot Resolver reads names from policy zones, not networks: answers that lead into a listed network are not blocked there.',
  'front-needs-resolver': 'This software does not carry the list itself: the resolvers behind it must.',
  'front-cache': 'Its cache must not keep answers longer than a minute, or a new block waits for it.',
  'mikrotik-not-a-secondary':
    'RouterOS can neither fetch zones nor sign with TSIG. Do not load a list of names on it: what may not circulate must not lie on routers.',
  'secret-in-file': 'The file holds the secret of the key: readable by the server alone.',
} as const;
export type NoteCode = keyof typeof NOTES;

/**
 * Checks everything that will stand in a file, so that no setting can close a bracket or begin a line of its own.
 * @throws {RpzError} settings-invalid, key-invalid
 */
export function checkedSettings(settings: ResolverSettings): ResolverSettings {
  const wrong = (what: string) => new RpzError('settings-invalid', what);
  const endpoint = ({ address, port }: { address: string; port: number }) => {
    if (isIP(address) === 0 || address.includes('%')) throw wrong(`not an address: ${address}`);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrong(`not a port: ${port}`);
  };
  const host = (name: string) => {
    try {
      const canonical = canonicalName(name).slice(0, -1);
      if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(canonical)) return canonical;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
    throw wrong(`not a name: ${name}`);
  };
  const file = (path: string) => {
    if (!/^\/[A-Za-z0-9._/-]*$/.test(path)) throw wrong(`not a plain absolute path: ${path}`);
    return path.replace(/\/$/, '');
  };
  const { primary, zones, key, resolvers, resolverDir, probe } = settings;
  endpoint(primary);
  if (primary.tls) endpoint({ address: primary.address, port: primary.tls.port });
  for (const resolver of resolvers ?? []) endpoint(resolver);
  if (zones.length === 0) throw wrong('no zones');
  if (key) tsigKey({ ...key, since: 0 });
  return {
    primary: {
      address: primary.address,
      port: primary.port,
      ...(primary.tls && {
        tls: { port: primary.tls.port, name: host(primary.tls.name), caFile: file(primary.tls.caFile) },
      }),
    },
    zones: zones.map(host),
    ...(key && { key: { ...key, name: host(key.name) } }),
    dir: file(settings.dir),
    ...(resolverDir && { resolverDir: file(resolverDir) }),
    ...(resolvers && { resolvers }),
    ...(probe && { probe: host(probe) }),
  };
}

/** The lines of a file, its last one ended. */
export function lines(...all: (string | false | undefined)[]): string {
  return `${all.filter((line) => typeof line === 'string').join('\n')}\n`;
}
