import { BatchLane } from './batch.ts';
import type { Handle, Lane, LaneOptions } from './lane.ts';
import { loadNative } from './native.ts';
import { PlainLane } from './plain.ts';

export { addressBytes, addressText } from './address.ts';
export { type HeldDoor, holdDoor } from './door.ts';
export type { Datagram, Handle, Lane, LaneOptions, LaneStats, Peer } from './lane.ts';

/**
 * Listens for datagrams and answers them: many with one call to the system where that works, else one by one.
 * @throws when the address cannot be had, or `force` or `held` ask for batches and there are none
 */
export async function openLane(options: LaneOptions, handle: Handle): Promise<Lane> {
  if (options.force === 'plain') return PlainLane.open(options, handle);
  const native = await loadNative();
  if (!(native instanceof Error)) return BatchLane.open(native, options, handle);
  if (options.force === 'batch' || options.held !== undefined) throw native;
  return PlainLane.open(options, handle, native.message);
}
