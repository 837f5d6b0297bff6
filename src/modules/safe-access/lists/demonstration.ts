import { CATEGORY_NAMES } from '../profile/rules.ts';
import type { Lists } from './lists.ts';

export const DEMONSTRATION = 'demonstration';

/** A small list of our own, made up, so that an empty demonstration closes something of each kind. Runs once. */
export async function seedLists(lists: Lists, actor: string): Promise<void> {
  if ((await lists.all()).some((l) => l.id === DEMONSTRATION)) return;
  await lists.add(
    {
      id: DEMONSTRATION,
      title: '[démonstration] e-Salama',
      origin: 'repository',
      address: 'demonstration.csv',
      format: 'csv',
      category: null,
      categories: Object.fromEntries(CATEGORY_NAMES.map((c) => [c, c])),
      below: false,
      licence: 'EUPL-1.2',
      attribution: 'e-Salama; every name is made up',
      enabled: true,
    },
    actor,
  );
}
