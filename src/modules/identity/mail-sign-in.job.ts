import { z } from 'zod';
import { defineJob } from '../../platform/jobs.ts';

/** One mail with a link that signs in; what is in it depends on who has the address, which only the mailbox learns. */
export const mailSignIn = defineJob('identity.mail-sign-in', z.strictObject({ link: z.uuid() }));
