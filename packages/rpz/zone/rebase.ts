import { treatment } from './policy.ts';
import { checkName, entryOf, type Rule } from './rule.ts';
import type { Zone } from './zone.ts';

/**
 * What has to be applied to a zone so that it holds exactly these rules: for the large zone that is re-based at a quiet hour from
 * the whole list. The zone must not change before it is applied.
 * @param wanted of two with one name the last counts; names that the zone refuses come back from `apply` with the reason
 */
export function changesTo(zone: Zone, wanted: Iterable<Rule>): { add: Rule[]; remove: string[] } {
  const open = new Map<string, Rule>();
  for (const rule of wanted) {
    // As zones spell it; what is no name stays as it came, to be refused in its place.
    const checked = checkName(rule.name, 1);
    open.set(checked.ok ? checked.name : rule.name, rule);
  }
  const remove: string[] = [];
  for (const { name, policy, scope, accompanied } of zone.rules()) {
    const target = open.get(name);
    if (!target) remove.push(name);
    else if (entryOf(name, target).treatment.key === treatment(policy, scope, accompanied).key) open.delete(name);
  }
  return { add: [...open.values()], remove };
}
