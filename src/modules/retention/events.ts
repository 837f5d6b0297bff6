import { defineEvent } from '../../platform/events.ts';

/** A hold was released, or a preservation request ran out. */
export const holdEnded = defineEvent<{ hold: string; actor: string; at: Date }>('retention.hold-ended');
