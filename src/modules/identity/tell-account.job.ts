import { z } from 'zod';
import { defineJob } from '../../platform/jobs.ts';

/** What the holder of an account is told of. */
export const CHANGES = [
  'passkeyAdded',
  'passkeyRemoved',
  'passwordSet',
  'totpSet',
  'codesMade',
  'codeUsed',
  'signInReset',
  'rescueMade',
  'rescueOfOther',
] as const;
export type Change = (typeof CHANGES)[number];

/** One mail to one person; `id` makes its Message-ID, so that a mail that goes twice can be recognised. */
export const tellAccount = defineJob(
  'identity.tell-account',
  z.strictObject({
    id: z.uuid(),
    account: z.uuid(),
    change: z.enum(CHANGES),
    at: z.iso.datetime(),
    /** Whose account it is about, when not the reader's. */
    about: z.uuid().optional(),
  }),
);
