import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** The address of a notice turned out to be wrong, or not to exist: it goes to the next one. */
export const replaceContact = defineJob('takedown.replace-contact', z.strictObject({ notice: z.uuid() }));
