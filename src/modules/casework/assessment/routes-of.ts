import { type Decision, isAbuseMaterial } from './crosswalk.ts';
import { CROSSWALK } from './crosswalk-table.ts';
import type { FamilyCategory } from './vocabularies.ts';

/**
 * Where a judgement leads, in the order in which it is to be done:
 * `care` a service for the child; `police-first` security forces before the site hears of it; `police` security forces as
 * well; `notice` a request to remove what is illegal; `terms-notice` a hint to the site that its own terms forbid it;
 * `foreign-hotline` the colleagues of the country that hosts it; `national-list` the list that providers block;
 * `family-filter` what homes may choose to keep away.
 */
export const ROUTES = [
  'care',
  'police-first',
  'police',
  'notice',
  'terms-notice',
  'foreign-hotline',
  'national-list',
  'family-filter',
] as const;
export type Route = (typeof ROUTES)[number];

export interface Routing {
  routes: Route[];
  family: FamilyCategory | null;
}

/** Pure. `policeHold` is the country's word on the category. */
export function routesOf(decision: Decision, policeHold: boolean): Routing {
  const { careFirst, police, family } = CROSSWALK[decision.category];
  // A child who harmed another is a child first.
  const care = careFirst || decision.answers.doneBy === 'child';
  const routes = new Set<Route>();
  if (decision.outcome === 'not-actionable')
    return { routes: care && childSaid(decision) ? ['care'] : [], family: null };
  if (care) routes.add('care');
  if (decision.outcome === 'harmful') {
    routes.add('terms-notice');
    // A child who is being recruited is a victim; what recruits is for the police, lawful as it may look alone.
    if (decision.category === 'extremist-recruitment') routes.add('police');
    if (family) routes.add('family-filter');
    return { routes: ordered(routes), family };
  }
  const material = isAbuseMaterial(decision);
  if (policeHold || material) routes.add('police-first');
  else if (police) routes.add('police');
  routes.add('notice');
  if (material) {
    routes.add('foreign-hotline');
    routes.add('national-list');
  }
  return { routes: ordered(routes), family: null };
}

const ordered = (routes: ReadonlySet<Route>): Route[] => ROUTES.filter((r) => routes.has(r));

/** Nothing to remove, and yet a child was said to be in it: somebody asks how they are. */
const childSaid = ({ answers }: Decision): boolean =>
  answers.doneBy === 'child' ||
  (answers.ageBand !== undefined && answers.ageBand !== 'adult' && answers.ageBand !== 'unknown');
