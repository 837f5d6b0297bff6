import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';
import { listId } from './source.ts';

/** Fetches a list, or reads what was uploaded for it, and puts it in use. */
export const listLook = defineJob(
  'safe-access.list-look',
  z.strictObject({ list: listId, upload: z.strictObject({ id: z.uuid(), account: z.uuid() }).optional() }),
);

/** Lays out the table of all lists in use. */
export const listBuild = defineJob('safe-access.list-build', z.strictObject({}));
