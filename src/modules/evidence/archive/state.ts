/** From asking for a capture to a package that is sealed and has its time. */
export const CAPTURE_STATES = ['requested', 'capturing', 'sealed', 'sealed-untimed', 'failed'] as const;
export type CaptureState = (typeof CAPTURE_STATES)[number];

export const CAPTURE_EVENTS = ['begun', 'sealed', 'sealed-untimed', 'stamped', 'failed'] as const;
export type CaptureEvent = (typeof CAPTURE_EVENTS)[number];

/** What may follow. A failed one stays: whoever wants it again asks for another. */
const TABLE: Record<CaptureState, Partial<Record<CaptureEvent, CaptureState>>> = {
  requested: { begun: 'capturing', failed: 'failed' },
  // Begun again: the process that was at it has died.
  capturing: { begun: 'capturing', sealed: 'sealed', 'sealed-untimed': 'sealed-untimed', failed: 'failed' },
  sealed: {},
  'sealed-untimed': { stamped: 'sealed' },
  failed: {},
};

/** The state after `event`; undefined when it can't happen there. */
export function afterCapture(state: CaptureState, event: CaptureEvent): CaptureState | undefined {
  return TABLE[state][event];
}
