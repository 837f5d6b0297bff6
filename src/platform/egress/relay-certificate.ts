import { createHash, createPublicKey, KeyObject } from 'node:crypto';
import { fromBER, Integer, Utf8String } from 'asn1js';
import { AttributeTypeAndValue, Certificate } from 'pkijs';
import { pemOf } from '../pem.ts';

/** What the recording proxy shows to the browser in place of every site's own certificate. */
export interface RelayCertificate {
  key: string;
  cert: string;
  /** SHA-256 of the public key in base64: the browser is told to accept this key and no other irregularity. */
  spki: string;
}

const COMMON_NAME = '2.5.4.3';

/**
 * A key and certificate for one capture: known to one browser only, by its digest, and gone with it. No authority that
 * anything else could trust is made.
 */
export async function createRelayCertificate(now: Date): Promise<RelayCertificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: 1 });
  const name = () => new AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: 'capture' }) });
  certificate.subject.typesAndValues.push(name());
  certificate.issuer.typesAndValues.push(name());
  certificate.notBefore.value = new Date(now.getTime() - 86_400_000);
  certificate.notAfter.value = new Date(now.getTime() + 86_400_000);
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  await certificate.sign(pair.privateKey, 'SHA-256');
  const der = Buffer.from(certificate.toSchema(true).toBER());
  // What was written must be readable: a half-made certificate would show itself as an unreachable site.
  if (fromBER(der).offset === -1) throw new Error('the certificate of the capture could not be encoded');
  const cert = pemOf('CERTIFICATE', der);
  return {
    key: KeyObject.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert,
    spki: createHash('sha256')
      .update(createPublicKey(cert).export({ type: 'spki', format: 'der' }))
      .digest('base64'),
  };
}
