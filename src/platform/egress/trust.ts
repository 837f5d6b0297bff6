import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

const contexts = new WeakMap<readonly string[], SecureContext>();

/**
 * What a client trusts that knows these authorities (PEM) beside the usual ones. Kept for as long as the list is: reading
 * some 150 certificates anew costs more than the handshake.
 */
export function trusting(ca: readonly string[]): SecureContext {
  const known = contexts.get(ca);
  if (known) return known;
  const made = createSecureContext({ ca: [...rootCertificates, ...ca] });
  contexts.set(ca, made);
  return made;
}
