const unreserved = /^[A-Za-z0-9\-._~]$/;

/**
 * One spelling of percent-encoding, without a change of meaning (RFC 3986, 6.2.2): unreserved characters are decoded,
 * hexadecimal digits are upper case, reserved characters stay as written. What the URL parser lets through although no
 * address may contain it raw, and a percent sign that encodes nothing, are encoded. Idempotent.
 */
export function normalisePercent(part: string): string {
  return part
    .replace(/%([0-9A-Fa-f]{2})?/g, (_, hex: string | undefined) => {
      if (hex === undefined) return '%25';
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return unreserved.test(character) ? character : `%${hex.toUpperCase()}`;
    })
    .replace(/[|\\^`{}"<>[\] ]/g, (raw) => `%${raw.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A parameter's name as its site reads it; undecodable names stay as they are. */
export function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
