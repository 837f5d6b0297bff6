// For tests of other modules that need the facts of a country and no database.
export { moroccanPack } from '../test-pack.ts';
