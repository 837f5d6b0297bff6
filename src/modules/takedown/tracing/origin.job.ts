import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** Traces the place that a reverse proxy named as the origin. */
export const traceOrigin = defineJob('takedown.trace-origin', z.strictObject({ notice: z.uuid() }));
