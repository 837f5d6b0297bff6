import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromBER, ObjectIdentifier, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import type { Platform } from '../../../platform/platform.ts';

/** Certificate chain (leaf first) and key, PEM: those of the web server, which iPhones trust already. */
export interface ProfileSigner {
  certificates: string;
  key: string;
}

/** The resolver's own certificate and key, where this process may read them. */
export function readSigner({ config, log }: Pick<Platform, 'config' | 'log'>): ProfileSigner | undefined {
  const { tls } = config.dns;
  if (!tls) return undefined;
  try {
    return { certificates: readFileSync(tls.cert, 'utf8'), key: readFileSync(tls.key, 'utf8') };
  } catch (error) {
    log.warn({ err: error }, 'profiles for iPhones are not signed: certificate or key can’t be read here');
    return undefined;
  }
}

const xml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\p{Cc}]/gu, ' ');

/** A UUID that is always the same for the same thing: an iPhone then replaces a profile instead of adding one. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`.toUpperCase();
}

export interface ProfileText {
  /** Device id; makes the identifiers. */
  device: string;
  dohUrl: string;
  /** Our domain turned around is the prefix of identifiers (`ma.example.dns`). */
  dnsName: string;
  title: string;
  description: string;
  organisation: string;
}

/**
 * An iPhone's settings (Apple: `com.apple.dnsSettings.managed`): DNS over HTTPS to our address, for every network. The
 * family can take it off again: nothing here locks a device.
 */
export function mobileConfig(p: ProfileText): string {
  const id = `${p.dnsName.split('.').reverse().join('.')}.${p.device}`;
  const entry = (key: string, value: string) => `<key>${key}</key><string>${xml(value)}</string>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
<key>PayloadContent</key>
<array>
<dict>
<key>DNSSettings</key>
<dict>
${entry('DNSProtocol', 'HTTPS')}
${entry('ServerURL', p.dohUrl)}
</dict>
${entry('PayloadDescription', p.description)}
${entry('PayloadDisplayName', p.title)}
${entry('PayloadIdentifier', `${id}.dns`)}
${entry('PayloadType', 'com.apple.dnsSettings.managed')}
${entry('PayloadUUID', uuidOf(`dns ${id}`))}
<key>PayloadVersion</key><integer>1</integer>
</dict>
</array>
${entry('PayloadDescription', p.description)}
${entry('PayloadDisplayName', p.title)}
${entry('PayloadIdentifier', id)}
${entry('PayloadOrganization', p.organisation)}
${entry('PayloadType', 'Configuration')}
${entry('PayloadUUID', uuidOf(id))}
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadRemovalDisallowed</key><false/>
</dict>
</plist>
`;
}

const DATA = '1.2.840.113549.1.7.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SHA256 = '2.16.840.1.101.3.4.2.1';

/** Attached CMS SignedData (RFC 5652), DER, SHA-256; RSA or P-256 keys, as `openssl cms -verify` takes it. */
export async function signProfile(content: string, signer: ProfileSigner): Promise<Buffer> {
  const pems = signer.certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const certificates = pems.map((pem) => Certificate.fromBER(new Uint8Array(new X509Certificate(pem).raw)));
  const [leaf] = certificates;
  if (!leaf) throw new Error('there is no certificate to sign profiles with');
  const key = createPrivateKey(signer.key);
  const rsa = key.asymmetricKeyType === 'rsa';
  const algorithm = rsa ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256' };
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign']);
  const bytes = Buffer.from(content, 'utf8');
  const digest = createHash('sha256').update(bytes).digest();
  const signed = new SignedData({
    version: 1,
    digestAlgorithms: [new AlgorithmIdentifier({ algorithmId: SHA256 })],
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: DATA,
      eContent: new OctetString({ valueHex: new Uint8Array(bytes) }),
    }),
    certificates,
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: leaf.issuer, serialNumber: leaf.serialNumber }),
        digestAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256 }),
        signedAttrs: new SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            new Attribute({ type: CONTENT_TYPE, values: [new ObjectIdentifier({ value: DATA })] }),
            new Attribute({
              type: MESSAGE_DIGEST,
              values: [new OctetString({ valueHex: new Uint8Array(digest) })],
            }),
          ],
        }),
      }),
    ],
  });
  await signed.sign(privateKey, 0, 'SHA-256');
  const der = Buffer.from(
    new ContentInfo({ contentType: SIGNED_DATA, content: signed.toSchema(true) }).toSchema().toBER(),
  );
  if (fromBER(new Uint8Array(der)).offset === -1) throw new Error('the profile could not be signed');
  return der;
}
