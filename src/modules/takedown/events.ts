import { defineEvent } from '../../platform/events.ts';
import type { WithdrawnBy } from './schema.ts';

/** A provider's mail server took a notice, or a person handed it over by form. */
export const noticeSent = defineEvent<{ notice: string; item: string; round: number; at: Date }>(
  'takedown.notice-sent',
);

/** Content is gone; see {@link WithdrawnBy}. Figures keep what rests on somebody's word apart. */
export const withdrawn = defineEvent<{ item: string; round: number; by: WithdrawnBy; at: Date }>('takedown.withdrawn');

/** Content that was gone is back. */
export const reappeared = defineEvent<{ item: string; round: number; at: Date }>('takedown.reappeared');

/** A provider says, with a reason that was not decided before, that the judgement is wrong. Nobody decided yet. */
export const judgementDisputed = defineEvent<{ item: string; notice: string; at: Date }>('takedown.judgement-disputed');

/** An objection to the judgement was found right: the item waits for somebody to judge anew. */
export const judgementDoubted = defineEvent<{ item: string; notice: string; at: Date }>('takedown.judgement-doubted');

/** Everybody who could remove it was asked and nobody did; whoever blocks decides what follows. */
export const cannotBeWithdrawn = defineEvent<{ item: string; round: number; url: string; at: Date }>(
  'takedown.cannot-be-withdrawn',
);
