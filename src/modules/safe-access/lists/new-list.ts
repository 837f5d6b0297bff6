import { z } from 'zod';
import { CATEGORY_NAMES, type Category } from '../profile/rules.ts';
import { ORIGINS } from './schema.ts';
import { FORMATS, listId, MIXED } from './source.ts';

const category = z.enum(CATEGORY_NAMES as [Category, ...Category[]]);

/** What makes a source. `address`: https, or a file's name for the country pack's own lists. */
export const newList = z
  .strictObject({
    id: listId,
    title: z.string().trim().min(1).max(200),
    origin: z.enum(ORIGINS),
    address: z.string().trim().max(2000).nullable(),
    format: z.enum(FORMATS),
    category: category.nullable(),
    categories: z.record(z.string().min(1).max(80).toLowerCase(), category),
    below: z.boolean(),
    licence: z.string().trim().min(1).max(300),
    attribution: z.string().trim().max(500),
    enabled: z.boolean(),
  })
  .refine((l) => (l.origin === 'upload') === (l.address === null), { path: ['address'] })
  .refine((l) => l.origin !== 'address' || (URL.canParse(l.address ?? '') && /^https?:/.test(l.address ?? '')), {
    path: ['address'],
  })
  .refine((l) => l.category !== null || MIXED.has(l.format), { path: ['category'] })
  .refine((l) => l.category !== null || Object.keys(l.categories).length > 0, { path: ['categories'] });
export type NewList = z.infer<typeof newList>;

/**
 * A map of words as people type it: a line each, `word = category`. Undefined when a line is none.
 */
export function readCategories(typed: string): Record<string, Category> | undefined {
  const out: Record<string, Category> = {};
  for (const line of typed.split('\n').map((l) => l.trim())) {
    if (line === '') continue;
    const [word = '', to = '', more] = line.split('=').map((part) => part.trim().toLowerCase());
    const found = CATEGORY_NAMES.find((c) => c === to);
    if (word === '' || found === undefined || more !== undefined) return undefined;
    out[word] = found;
  }
  return out;
}
