import fc from 'fast-check';

/** How many cases a property draws in the long suites, where it does not say itself. */
const LONG_RUNS = 1000;

/**
 * `npm test` draws the same cases every time, so that a red run can be repeated and a green one stays green;
 * `npm run test:long` draws more of them, and new ones (a failure prints its seed). What a property sets itself it keeps.
 */
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  ...(process.env.SALAMA_LONG ? { numRuns: LONG_RUNS } : { seed: 20_261_124 }),
});
