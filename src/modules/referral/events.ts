import { defineEvent } from '../../platform/events.ts';

/** A package left for a receiving body. `hold`: no notice is to go out before the body has said so. */
export const referralSent = defineEvent<{
  referral: string;
  item: string;
  code: string;
  body: string;
  hold: boolean;
  holdUntil: Date | null;
  at: Date;
}>('referral.sent');

/** The body took it up, declined it or gave it back, or the sender took it back. */
export const referralMoved = defineEvent<{ referral: string; item: string; state: string; at: Date }>('referral.moved');

/** The body says that notices may go out now. `account`: who pressed the button, or who wrote down what was said. */
export const mayProceed = defineEvent<{ referral: string; item: string; account: string; at: Date }>(
  'referral.may-proceed',
);
