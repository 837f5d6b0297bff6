export { categoriesTable } from './build.ts';
export { seedLists } from './demonstration.ts';
export { type HelpNameKind, helpNames } from './help-names.ts';
export { type ListsDesk, listsRoutes } from './http/lists.routes.tsx';
export { createLists, type Lists, type ListsDeps } from './lists.ts';
export { safeSearchRewrites, unsafeEngines, type YoutubeMode, youtubeRewrites } from './search-safety.ts';
export type { Protects } from './source.ts';
export { echRule, resolverAddresses, type WayAround, waysAround } from './ways-around.ts';
