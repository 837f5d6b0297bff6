import type { Keyring } from '../../platform/keys.ts';

/** Digits of the follow-up number ("receipt"): 10^16 of them, so guessing at web speed is hopeless. */
const DIGITS = 16;

/**
 * The follow-up number of a report. Derived from the submission's key and the report's id by HMAC under a key outside the
 * database, so a replayed submission gets the same number while the database itself never holds it. The submission key is
 * cleared after 24 hours; from then on not even the key file can say the number again, and a key used anew makes another.
 */
export function receiptOf(keys: Keyring, submissionKey: string, report: string): string {
  const mac = Buffer.from(keys.token('receipt-number', `${report}\n${submissionKey}`), 'base64url');
  // 128 bits modulo 10^16: the bias is below 2^-74.
  const n = BigInt(`0x${mac.subarray(0, 16).toString('hex')}`) % 10n ** BigInt(DIGITS);
  return n.toString().padStart(DIGITS, '0');
}

/** Arabic-Indic and Persian digits, for people whose keyboard writes them. */
function latinDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (c) => String((c.codePointAt(0) as number) & 0xf));
}

/** What somebody typed, as 16 digits; undefined when it can't be a follow-up number. Spaces and dashes are fine. */
export function parseReceipt(text: string): string | undefined {
  const digits = latinDigits(text.slice(0, 100)).replace(/[^0-9]/g, '');
  return digits.length === DIGITS ? digits : undefined;
}

/** Groups of four, for reading aloud and copying. */
export function groupReceipt(digits: string): string {
  return digits.replace(/(\d{4})(?=\d)/g, '$1 ');
}
