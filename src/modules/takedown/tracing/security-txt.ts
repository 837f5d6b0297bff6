import { mailAddress } from './mail-address.ts';

/** What a security.txt file says (RFC 9116), as far as we use it. */
export interface SecurityTxt {
  emails: string[];
  forms: string[];
  expires: Date | undefined;
  /** Lower-case primary language tags in the order of the file. */
  languages: string[];
}

const MAX_LINES = 1_000;

/** Parses the file; a clear-signed one (RFC 9116 §2.3) is read without checking its signature. Never throws. */
export function parseSecurityTxt(text: string): SecurityTxt {
  const found: SecurityTxt = { emails: [], forms: [], expires: undefined, languages: [] };
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .slice(0, MAX_LINES);
  for (const line of lines) {
    if (line.startsWith('-----BEGIN PGP SIGNATURE')) break;
    const field = /^(?:- )?([A-Za-z-]+):[ \t]*(\S.*?)[ \t]*$/.exec(line);
    const value = field?.[2] ?? '';
    switch (field?.[1]?.toLowerCase()) {
      case 'contact': {
        const email = /^mailto:/i.test(value)
          ? mailAddress(decode(value.slice(7).split('?')[0] ?? ''))
          : mailAddress(value);
        if (email) found.emails.push(email);
        else if (/^https:\/\//i.test(value) && URL.canParse(value)) found.forms.push(new URL(value).href);
        break;
      }
      case 'expires': {
        const at = Date.parse(value);
        if (!Number.isNaN(at)) found.expires ??= new Date(at);
        break;
      }
      case 'preferred-languages':
        for (const tag of value.split(',')) {
          const primary = tag.trim().split('-')[0]?.toLowerCase();
          if (primary && /^[a-z]{2,3}$/.test(primary) && !found.languages.includes(primary))
            found.languages.push(primary);
        }
        break;
    }
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
