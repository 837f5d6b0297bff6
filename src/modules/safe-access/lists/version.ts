/** What became of a version of a list. `waiting`: it differs so much from the one in use that a person decides. */
export const VERSION_STATES = ['waiting', 'active', 'superseded', 'refused'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** `replaced`: a newer one takes its place. */
export type VersionEvent = 'accept' | 'refuse' | 'replaced';

const TRANSITIONS: Record<VersionState, Partial<Record<VersionEvent, VersionState>>> = {
  waiting: { accept: 'active', refuse: 'refused', replaced: 'superseded' },
  active: { replaced: 'superseded' },
  // Coming back to an earlier one is a new look, or a new upload: its names are gone.
  superseded: {},
  refused: {},
};

/** The state after an event; undefined where it may not happen. Pure. */
export function afterEvent(state: VersionState, event: VersionEvent): VersionState | undefined {
  return TRANSITIONS[state][event];
}
