import { safeSearchRewrites, unsafeEngines, youtubeRewrites } from '../lists/search-safety.ts';
import { waysAround } from '../lists/ways-around.ts';
import type { RewriteData } from './rewrites.ts';

/** What ships with the module; see the data's own sources, all of it "to verify". */
export const SHIPPED_REWRITES: RewriteData = {
  safeSearch: safeSearchRewrites(),
  youtube: { moderate: youtubeRewrites('moderate'), strict: youtubeRewrites('strict') },
  unsafeEngines: unsafeEngines(),
  waysAround: [...waysAround().keys()],
};
