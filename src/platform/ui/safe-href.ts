const ALLOWED = new Set(['https:', 'http:', 'tel:', 'mailto:']);
const BASE = 'https://relative.invalid/';

/**
 * The address if a link may carry it: relative, `https:`, `http:`, `tel:` or `mailto:`. Anything else (`javascript:`,
 * `data:`, `blob:`, whatever a browser would still run) gives undefined, and the anchor becomes inert. Parsed as
 * browsers do (WHATWG URL), so that tabs, case and leading spaces hide nothing.
 */
export function safeHref(href: string | undefined): string | undefined {
  if (href === undefined) return undefined;
  try {
    return ALLOWED.has(new URL(href, BASE).protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}

/** A path on this site to go back to after a form; anything that would leave the site gives `fallback`. */
export function localPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback;
  try {
    const url = new URL(value, BASE);
    return url.origin === new URL(BASE).origin ? `${url.pathname}${url.search}${url.hash}` : fallback;
  } catch {
    return fallback;
  }
}
