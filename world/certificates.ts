import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import * as x509 from '@peculiar/x509';
import type { TlsManner } from './pages/page.ts';

x509.cryptoProvider.set(webcrypto as Crypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A certificate authority that lives as long as the world, and the leaf certificates it signs when a name is first asked for. */
export interface Authority {
  /** The root certificate, PEM. */
  pem: string;
  contextFor(host: string, manner: TlsManner): Promise<SecureContext>;
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;

/** RFC 5280: a positive serial number of up to 20 octets. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return `4${Buffer.from(bytes).toString('hex').slice(1)}`;
}

async function privatePem(key: CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
}

export async function createAuthority(now: Date): Promise<Authority> {
  const caKeys = await newKeys();
  const caName = 'CN=Demonstration World Root, O=Demonstration World';
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: caName,
    notBefore: new Date(now.getTime() - 30 * DAY_MS),
    notAfter: new Date(now.getTime() + 3650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });

  async function issue(host: string, manner: TlsManner): Promise<SecureContext> {
    const keys = await newKeys();
    const named = manner === 'wrong-name' ? 'another-name.example' : host;
    const self = manner === 'self-signed';
    const days = manner === 'expired' ? ([-20, -2] as const) : ([-1, 90] as const);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${named}`,
      issuer: self ? `CN=${named}` : caName,
      notBefore: new Date(now.getTime() + days[0] * DAY_MS),
      notAfter: new Date(now.getTime() + days[1] * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: self ? keys.privateKey : caKeys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: named }]),
      ],
    });
    return createSecureContext({ key: await privatePem(keys.privateKey), cert: certificate.toString('pem') });
  }

  const contexts = new Map<string, Promise<SecureContext>>();
  return {
    pem: root.toString('pem'),
    contextFor(host, manner) {
      const key = `${manner} ${host}`;
      const context = contexts.get(key) ?? issue(host, manner);
      contexts.set(key, context);
      return context;
    },
  };
}
