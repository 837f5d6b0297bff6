import { defineError } from '../../platform/errors.ts';

/** There is no browser on this machine: set-up installs Debian's `chromium`. */
export const NO_BROWSER = defineError('evidence', 'NO_BROWSER', 503);
/** Chromium can't be confined here; it is never started without its sandbox instead. */
export const NO_SANDBOX = defineError('evidence', 'NO_SANDBOX', 503);
