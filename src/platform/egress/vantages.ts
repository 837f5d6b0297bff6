import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { createEgress, GENERIC_USER_AGENT } from './egress.ts';
import type { Egress, EgressOptions } from './types.ts';

/** The configuration of ways out, as `Config.egress` has it. */
export interface EgressSettings
  extends Pick<EgressOptions, 'allowPrivate' | 'allowedPrivate' | 'dnsServers' | 'portMap' | 'ca'> {
  vantages: readonly { name: string; localAddress?: string | undefined; userAgent?: string | undefined }[];
  /** The way out for what says who we are: the default route when it is absent. Nobody looks at content from there. */
  letters?: { localAddress?: string | undefined } | undefined;
}

export interface Vantage {
  name: string;
  egress: Egress;
}

/** The options that one configured vantage means; for the fetcher and for the browser's proxy alike. */
export function vantageOptions(
  settings: EgressSettings,
  vantage: EgressSettings['vantages'][number] | undefined,
  deps: { clock: Clock; random: Random },
): EgressOptions {
  const { allowPrivate, allowedPrivate, dnsServers, portMap, ca } = settings;
  return {
    allowPrivate,
    allowedPrivate,
    dnsServers,
    portMap,
    ca,
    userAgent: vantage?.userAgent ?? GENERIC_USER_AGENT,
    localAddress: vantage?.localAddress,
    ...deps,
  };
}

/** One fetcher per configured vantage. Throws `RangeError` if there is none. */
export function createVantages(
  settings: EgressSettings,
  deps: { clock: Clock; random: Random },
): [Vantage, ...Vantage[]] {
  const [first, ...others] = settings.vantages.map((vantage) => ({
    name: vantage.name,
    egress: createEgress(vantageOptions(settings, vantage, deps)),
  }));
  if (!first) throw new RangeError('no vantage is configured');
  return [first, ...others];
}

/** The fetcher for letters to providers' interfaces, which is none of the vantages'. */
export const createLettersEgress = (settings: EgressSettings, deps: { clock: Clock; random: Random }): Egress =>
  createEgress(vantageOptions(settings, { name: 'letters', localAddress: settings.letters?.localAddress }, deps));
