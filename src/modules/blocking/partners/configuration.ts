import {
  examineConfig,
  type Finding,
  type Generated,
  generateConfig,
  RpzError,
  SOFTWARE,
  type Software,
} from '../../../../packages/rpz/index.ts';
import type { ZonesSettings } from '../../../platform/zones-config.ts';
import type { ConfigChoice, ConfigFault } from '../pages/zone-config-page.tsx';
import type { PartnerRow } from '../schema.ts';
import { originsFor } from '../zones/names.ts';
import type { KeyView } from './partners.ts';

/** Looks like a secret to whoever checks one, and is replaced before anybody sees it. */
const STAND_IN = Buffer.from('e-salama: put the secret in here').toString('base64');
const PLACEHOLDER = 'PUT-THE-SECRET-HERE';
/** Where software keeps what it writes, in Debian. */
const DIRS: Record<Software, string> = {
  bind: '/var/cache/bind',
  unbound: '/var/lib/unbound',
  'unbound-behind-knot': '/var/lib/knot',
  recursor: '/var/lib/powerdns',
  'recursor-5.1': '/var/lib/powerdns',
  // Knot DNS writes there; Knot Resolver reads, as a member of its group.
  'knot-resolver': '/var/lib/knot',
  dnsdist: '/etc/dnsdist',
  mikrotik: '/tmp',
};
const MOST_PASTED = 200_000;

export function choiceOf(given: { software?: string; dir?: string; resolvers?: string }): ConfigChoice {
  const software = SOFTWARE.find((s) => s === given.software) ?? 'bind';
  // A folder that belongs to other software was meant for that.
  const own = given.dir?.trim() && !Object.values(DIRS).includes(given.dir.trim()) ? given.dir.trim() : DIRS[software];
  return { software, dir: own.slice(0, 200), resolvers: (given.resolvers ?? '').slice(0, 500) };
}

/** They stand before resolvers and fetch nothing. */
const FRONTS: readonly Software[] = ['dnsdist', 'mikrotik'];

/** Unbound has no keys for zones, and abusive pictures only go out with one. */
const needsTsig = (partner: PartnerRow, software: Software) => software === 'unbound' && partner.bases.includes('csam');

/**
 * The files for a partner's software, with a placeholder for the secret unless it is given.
 * @param key the one to be put in: the newest
 */
export function configurationOf(
  settings: ZonesSettings,
  partner: PartnerRow,
  key: Pick<KeyView, 'name' | 'algorithm'> | undefined,
  choice: ConfigChoice,
  secret?: string,
): { made: Generated } | { fault: ConfigFault } {
  // Of what we write files for, the others have none or came to it in versions that we have not tried.
  const byItself = !FRONTS.includes(choice.software);
  if (partner.tls_only && byItself && choice.software !== 'bind') return { fault: 'needs-bind-for-tls' };
  if (needsTsig(partner, choice.software)) return { fault: 'csam-needs-tsig' };
  const resolvers = choice.resolvers
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((text) => {
      const [address = '', port = '53'] = text.split('@');
      return { address, port: Number(port) };
    });
  const front = !byItself;
  if (front && resolvers.length === 0) return { fault: 'needs-resolvers' };
  try {
    const made = generateConfig(choice.software, {
      primary: {
        address: settings.publicAddress,
        port: settings.publicPort || 53,
        ...(partner.tls_only && settings.tls
          ? {
              tls: { port: settings.tls.port || 853, name: settings.tls.name, caFile: `${choice.dir}/e-salama-ca.pem` },
            }
          : {}),
      },
      zones: originsFor(partner.bases, settings.origin),
      dir: choice.dir,
      // Two programs with two users: Unbound could not write its copy where Knot DNS keeps its own.
      ...(choice.software === 'unbound-behind-knot' ? { resolverDir: DIRS.unbound } : {}),
      ...(key ? { key: { name: key.name, algorithm: key.algorithm, secret: secret ?? STAND_IN } } : {}),
      ...(front ? { resolvers } : {}),
    });
    const files = made.files.map((f) => ({ ...f, text: f.text.replaceAll(STAND_IN, PLACEHOLDER) }));
    return { made: { ...made, files } };
  } catch (error) {
    if (error instanceof RpzError) return { fault: 'settings' };
    throw error;
  }
}

/** What the doctor says of a configuration that somebody pasted; it is looked at and forgotten. */
export const examined = (settings: ZonesSettings, partner: PartnerRow, software: Software, text: string): Finding[] =>
  examineConfig(software, text.slice(0, MOST_PASTED), originsFor(partner.bases, settings.origin));
