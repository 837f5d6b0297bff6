import type { Rule, Zone } from '../../../../packages/rpz/index.ts';
import { above, isNetwork, type Listed, passes, sameRule } from './listed.ts';

/*
 * Resolvers ask `hot` first; what it says of a name or of what lies above it decides, and only where it says nothing `base` is
 * asked. So the two together have to say what the list says, for servers that have this base and for those that still have the
 * one before. Rules that keep it true:
 *   - a name that changed stands in hot with what holds now, whatever base says of it;
 *   - under a name that passes, everything that is listed stands in hot too;
 *   - every listed name stands in base or in hot;
 *   - nothing leaves hot before every server has the base that makes it superfluous.
 * Networks are few. They stand in hot as long as they are listed and in base never, so they come and go at once and need none of
 * this; see `networksFor`.
 */

/** What can be asked of a zone, and all that is asked here. */
export type ZoneView = Pick<Zone, 'get' | 'rules'>;
export interface Pair {
  hot: ZoneView;
  base: ZoneView;
}
export interface Edit {
  add: Rule[];
  remove: string[];
}

/** Gives the processor back now and then: a large list must not stop the primary from answering. */
export type Pause = () => Promise<void> | undefined;
export const noPause: Pause = () => undefined;

/** What goes to hot because these names were listed or opened, and what has to be mended in base at once. */
export function stepFor(list: Listed, { hot, base }: Pair, changed: Iterable<string>): { hot: Edit; base: Edit } {
  const touched = new Set<string>();
  for (const name of changed) {
    const rule = list.rule(name);
    // Listed and taken off again before anybody saw it.
    if (!passes(rule) || hot.get(name) || base.get(name)) touched.add(name);
    for (const below of hot.rules(name)) touched.add(below.name);
    if (rule.policy.kind === 'nxdomain' && rule.scope === 'both') continue;
    for (const below of base.rules(name)) if (list.has(below.name)) touched.add(below.name);
  }
  const add: Rule[] = [];
  const mend: Edit = { add: [], remove: [] };
  for (const name of touched) {
    const rule = list.rule(name);
    if (!sameRule(rule, hot.get(name))) add.push(rule);
    if (rule.scope === 'exact') mendBase(list, base, name, mend);
  }
  return { hot: { add, remove: [] }, base: mend };
}

/**
 * One name is blocked and what is under it is open: hot can say the first only, so base must not close the second by a wildcard
 * that no longer holds. Rare enough to change base for it at once.
 */
function mendBase(list: Listed, base: ZoneView, name: string, mend: Edit): void {
  for (const at of [name, ...above(name)]) {
    const rule = base.get(at);
    if (rule?.scope !== 'both') continue;
    if (list.has(at)) mend.add.push(list.rule(at));
    else mend.remove.push(at);
  }
}

/** Whether base closes what is under this name. */
const isClosedBelow = (base: ZoneView, name: string): boolean =>
  [name, ...above(name)].some((at) => base.get(at)?.scope === 'both');

/** What may leave hot when every server has this base. @param own names in hot that are not of the list */
export function settled(list: Listed, { hot, base }: Pair, own: ReadonlySet<string>): Edit {
  const edit: Edit = { add: [], remove: [] };
  const passing = new Set<string>();
  // Parents come before what is under them.
  for (const rule of hot.rules()) {
    const { name } = rule;
    if (own.has(name) || isNetwork(name)) continue;
    const now = list.rule(name);
    const inBase = base.get(name);
    const needed = list.has(name)
      ? !sameRule(now, inBase) || above(name).some((a) => passing.has(a))
      : inBase !== undefined;
    if (!needed) edit.remove.push(name);
    else {
      if (!sameRule(now, rule)) edit.add.push(now);
      if (passes(now)) passing.add(name);
    }
  }
  return edit;
}

/** What has to change in hot so that it holds exactly the networks of the list. */
export function networksFor(list: Listed, hot: ZoneView): Edit {
  const remove = [...hot.rules()].map((r) => r.name).filter((name) => isNetwork(name) && !list.networks.has(name));
  const add = [...list.networks].filter((name) => !hot.get(name)).map((name) => list.rule(name));
  return { add, remove };
}

/** Names on which hot and base together do not say what the list says: after a crash, a restore, or an outage. */
export async function astray(
  list: Listed,
  { hot, base }: Pair,
  own: ReadonlySet<string>,
  pause: Pause = noPause,
): Promise<Set<string>> {
  const out = new Set<string>();
  const inHot = new Map<string, Rule>();
  for (const rule of hot.rules()) {
    if (own.has(rule.name) || isNetwork(rule.name)) continue;
    inHot.set(rule.name, rule);
    if (!sameRule(rule, list.rule(rule.name)) || (rule.scope === 'exact' && isClosedBelow(base, rule.name)))
      out.add(rule.name);
  }
  const underPassing = (name: string) => inHot.size > 0 && above(name).some((a) => passes(inHot.get(a)));
  let seen = 0;
  for (const rule of base.rules()) {
    const breath = pause();
    if (breath) await breath;
    const { name } = rule;
    const listed = list.has(name);
    if (listed) seen++;
    // A network is nothing for base; nobody put it there but an older version of us.
    if (own.has(name) || inHot.has(name) || isNetwork(name)) continue;
    const now = list.rule(name);
    if (listed ? underPassing(name) || !sameRule(now, rule) : passes(now) && !underPassing(name)) out.add(name);
  }
  // Most often base has them all, and the list need not be gone through.
  if (seen < list.size) {
    for (const name of list.names()) {
      const breath = pause();
      if (breath) await breath;
      if (!inHot.has(name) && !base.get(name)) out.add(name);
    }
  }
  return out;
}

/**
 * Names that pass in a zone that is asked earlier, although a later basis lists them or something under them: they must not pass
 * there but leave hot and base at once. Servers that have the old base keep them closed for the moment until they fetch the new
 * one: closed a little too long, never open by mistake.
 * @param changed names that may have come to pass in the earlier one, or to be listed in the later one
 */
export function tangled(
  earlier: ZoneView,
  later: { list: Listed; pair: Pair },
  changed: { earlier: Iterable<string>; later: Iterable<string> },
): string[] {
  const passing = new Set<string>();
  const look = (rule: Rule | undefined) => {
    if (rule && passes(rule)) passing.add(rule.name);
  };
  for (const name of changed.earlier) look(earlier.get(name));
  for (const name of changed.later) {
    for (const at of [name, ...above(name)]) look(earlier.get(at));
    for (const rule of earlier.rules(name)) look(rule);
  }
  return [...passing].filter((name) => !passes(later.list.rule(name)) || listsBelow(later, name));
}

function listsBelow({ list, pair }: { list: Listed; pair: Pair }, name: string): boolean {
  for (const zone of [pair.hot, pair.base]) for (const rule of zone.rules(name)) if (list.has(rule.name)) return true;
  return false;
}
