import { createTranslator } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import {
  encryptTo,
  manifestText,
  packageFiles,
  partOf,
  sha256,
  type ZipEntry,
  zip,
} from '../../../platform/sealing/index.ts';
import type { PrintingPort } from '../../evidence/index.ts';
import { type ReferralDocument, referralDocument } from './document.ts';
import { documentHtml, fontFaces } from './pages.tsx';

const PURPOSE = 'referral-package';
const PAGE_LANGS = ['ar', 'fr'] as const;

const READ_ME = `e-Salama: referral package / dossier de transmission / ملف إحالة

Information, to be re-collected by the judicial police.
Information, à recueillir de nouveau par la police judiciaire.
معلومات، يعاد جمعها من طرف الشرطة القضائية.

Verify / Vérifier / التحقق:
  openssl pkeyutl -verify -pubin -inkey signing-key.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
  sha256sum --check SHA256SUMS

The key must be the one published at: {origin}/referrals/signing-key.pem
`;

export interface MadePackage {
  zip: Buffer;
  /** SHA-256 of the archive, in hex. */
  sha256: string;
  /** Whether the printed pages are in it; else the same pages as HTML. */
  pages: boolean;
}

/** Turns what is to be told into one signed archive, and seals it. */
export function createPackaging(platform: Platform, printing: PrintingPort) {
  const { clock, config, i18n, keys } = platform;
  const signer = keys.signer(PURPOSE);
  // Read now: after the start the checkout may be closed to this process.
  const fonts = fontFaces(platform.rootDir);

  return {
    publicKeyPem: signer.publicKeyPem,

    async make(given: ReferralDocument, zone: string): Promise<MadePackage> {
      const document = referralDocument.parse(given);
      const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
      const html = PAGE_LANGS.map((l) => [l, documentHtml(document, createTranslator(i18n, l, zone), fonts)] as const);
      const printed: ZipEntry[] = [];
      for (const [lang, text] of html) {
        const data = await printing.print(text);
        if (data) printed.push({ path: `referral-${lang}.pdf`, data });
      }
      // Without a printer nobody in danger waits: the same pages open in any browser.
      const pages = printed.length === PAGE_LANGS.length;
      const shown = pages
        ? printed
        : html.map(([l, text]) => ({ path: `referral-${l}.html`, data: Buffer.from(text) }));
      const files: ZipEntry[] = [
        { path: 'README.txt', data: Buffer.from(READ_ME.replace('{origin}', config.publicOrigin)) },
        ...shown,
        { path: 'referral.json', data: json(document) },
        { path: 'evidence.json', data: json(document.evidence) },
        { path: 'signing-key.pem', data: Buffer.from(signer.publicKeyPem) },
      ];
      const manifest = manifestText(
        {
          schema: 'e-salama.referral-package/1',
          code: document.code,
          round: document.round,
          madeAt: document.madeAt.utc,
        },
        files.map(partOf),
      );
      const all = packageFiles(manifest, signer.sign(manifest), files, signer.sign);
      const archive = await zip(all, clock.now());
      return { zip: archive, sha256: sha256(archive), pages };
    },

    /** For these keys and the recovery key; this server has none of them. */
    seal: (recipients: readonly string[], plain: Buffer) => encryptTo(recipients, plain),
  };
}
export type Packaging = ReturnType<typeof createPackaging>;
