/**
 * An address as strangers publish it, or undefined if it could not safely be written to: one mailbox, plain characters,
 * a full domain (a strict part of RFC 5321 §4.1.2, without quoted or literal forms).
 */
export function mailAddress(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const address = text.trim();
  if (address.length > 254) return undefined;
  return /^[a-z0-9.!#$%&*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i.test(address)
    ? address
    : undefined;
}
