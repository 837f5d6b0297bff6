import { sameAddress } from './address-policy.ts';

/** Ways out by their own address; without one, the default route of the machine. */
interface WaysOut {
  vantages: readonly { name: string; localAddress?: string | undefined }[];
  letters?: { localAddress?: string | undefined } | undefined;
}

/**
 * Names of the vantages that look at content from where letters to providers leave: who gets a letter there would
 * recognise our looks, and show them something else. Pure.
 */
export function vantagesOfLetters({ vantages, letters }: WaysOut): string[] {
  const from = letters?.localAddress;
  const shared = (address: string | undefined) =>
    from === undefined || address === undefined ? from === address : sameAddress(from, address);
  return vantages.filter((v) => shared(v.localAddress)).map((v) => v.name);
}
