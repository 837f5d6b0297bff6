import { isLang, type Lang } from './catalogue.ts';

/**
 * The best of our languages for an Accept-Language header (RFC 9110 §12.5.4). Amazigh tags of all kinds get `zgh`;
 * nothing that fits gets `fallback`.
 */
export function negotiate(header: string | undefined, fallback: Lang): Lang {
  if (!header) return fallback;
  const wanted = header
    .split(',')
    .slice(0, 20)
    .map((part, order) => {
      const [tag = '', ...params] = part.trim().toLowerCase().split(';');
      const q = params.map((p) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(p)?.[1]).find((v) => v !== undefined);
      return { tag, q: q === undefined ? 1 : Number(q), order };
    })
    .filter((w) => w.q > 0)
    .sort((a, b) => b.q - a.q || a.order - b.order);
  for (const { tag } of wanted) {
    const base = tag.split('-')[0] ?? '';
    if (isLang(base)) return base;
    if (['ber', 'tzm', 'shi', 'rif', 'zgh'].includes(base)) return 'zgh';
    if (base === 'ary') return 'ar';
  }
  return fallback;
}
