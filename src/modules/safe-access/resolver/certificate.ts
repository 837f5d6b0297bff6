import { KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Integer, Utf8String } from 'asn1js';
import { AttributeTypeAndValue, Certificate, Extension, GeneralName, GeneralNames } from 'pkijs';
import { pemOf } from '../../../platform/pem.ts';
import { replaceFile } from './disk-log.ts';

export interface CertificateFiles {
  cert: string;
  key: string;
}

const DAY = 86_400_000;
const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
/** DNS name in a GeneralName (RFC 5280, 4.2.1.6). */
const DNS_NAME = 2;
/** A year and a month: clients refuse what is longer. */
const VALID_DAYS = 397;

/**
 * The certificate of the resolver's encrypted doors: the operator's, or one of its own in `folder`, made when there is none
 * or it ends within a month. Its own is trusted by nobody who was not told: good for a demonstration and for tests.
 */
export async function certificateOf(
  folder: string,
  given: { cert: string; key: string } | undefined,
  name: string,
  now: Date,
): Promise<CertificateFiles> {
  if (given) return { cert: readFileSync(given.cert, 'utf8'), key: readFileSync(given.key, 'utf8') };
  const files = { cert: path.join(folder, 'tls.cert.pem'), key: path.join(folder, 'tls.key.pem') };
  if (existsSync(files.cert) && existsSync(files.key)) {
    const cert = readFileSync(files.cert, 'utf8');
    const known = read(cert);
    if (known?.checkHost(name) && Date.parse(known.validTo) > now.getTime() + 30 * DAY)
      return { cert, key: readFileSync(files.key, 'utf8') };
  }
  const made = await selfSigned([name, `*.${name}`], now);
  replaceFile(files.key, made.key);
  replaceFile(files.cert, made.cert);
  return made;
}

/** undefined for what is none: a damaged file is replaced, it must not keep the resolver from starting. */
function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

async function selfSigned(names: readonly string[], now: Date): Promise<CertificateFiles> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: now.getTime() % 2 ** 31 });
  const subject = () =>
    new AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: names[0] ?? '' }) });
  certificate.subject.typesAndValues.push(subject());
  certificate.issuer.typesAndValues.push(subject());
  certificate.notBefore.value = new Date(now.getTime() - DAY);
  certificate.notAfter.value = new Date(now.getTime() + VALID_DAYS * DAY);
  const alternatives = new GeneralNames({ names: names.map((value) => new GeneralName({ type: DNS_NAME, value })) });
  certificate.extensions = [
    new Extension({ extnID: SUBJECT_ALTERNATIVE_NAME, critical: false, extnValue: alternatives.toSchema().toBER() }),
  ];
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  await certificate.sign(pair.privateKey, 'SHA-256');
  return {
    cert: pemOf('CERTIFICATE', new Uint8Array(certificate.toSchema(true).toBER())),
    key: KeyObject.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
