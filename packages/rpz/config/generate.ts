import { RpzError } from '../errors.ts';
import { bind } from './bind.ts';
import { dnsdist, mikrotik } from './front.ts';
import { knotResolver } from './knot.ts';
import { recursor, recursor51 } from './recursor.ts';
import { checkedSettings, type Generated, type ResolverSettings, type Software } from './settings.ts';
import { unbound, unboundBehindKnot } from './unbound.ts';

const MAKERS: Readonly<Record<Software, (settings: ResolverSettings) => Generated>> = {
  bind,
  unbound,
  'unbound-behind-knot': unboundBehindKnot,
  recursor,
  'recursor-5.1': recursor51,
  'knot-resolver': knotResolver,
  dnsdist,
  mikrotik,
};

/**
 * The files that make a provider's software follow our zones, with what goes wrong by default set right.
 * @throws {RpzError} settings-invalid, key-invalid
 */
export function generateConfig(software: Software, settings: ResolverSettings): Generated {
  const checked = checkedSettings(settings);
  const front = software === 'dnsdist' || software === 'mikrotik';
  if (front && !checked.resolvers?.length) throw new RpzError('settings-invalid', 'no resolvers behind it');
  return MAKERS[software](checked);
}
