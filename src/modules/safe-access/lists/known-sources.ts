import { z } from 'zod';
import { CATEGORY_NAMES, type Category } from '../profile/rules.ts';
import data from './data/known-sources.json' with { type: 'json' };
import { FORMATS, listId } from './source.ts';

const category = z.enum(CATEGORY_NAMES as [Category, ...Category[]]);
const known = z.strictObject({
  id: listId,
  title: z.string(),
  address: z.url({ protocol: /^https$/ }),
  format: z.enum(FORMATS),
  category: category.nullable(),
  categories: z.record(z.string(), category),
  licence: z.string(),
  attribution: z.string(),
});
export type KnownSource = z.infer<typeof known>;

/** Public lists that the form for a new source can be filled with; none is in use by itself. */
export const KNOWN_SOURCES: readonly KnownSource[] = z.array(known).parse(data.sources);
