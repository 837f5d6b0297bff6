import type { Country } from '../../country/index.ts';
import { BANDS, type Band, type Rules, rules } from './rules.ts';

/**
 * The country's presets as rules. Read whole at once: a pack whose presets can't hold must not wait for a child of that
 * age to be found out.
 */
export function presetsOf(country: Pick<Country, 'safeAccess'>): (band: Band) => Rules {
  const read = (band: Band): Rules => rules.parse({ band, allow: [], deny: [], ...country.safeAccess().bands[band] });
  for (const band of BANDS) read(band);
  return read;
}
