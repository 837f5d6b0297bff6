import fc from 'fast-check';

/**
 * `npm test` draws the same cases every time, so that a red run can be repeated and a green one stays green;
 * `npm run test:long` draws new ones (vitest prints the seed of a failure). A property that names its own seed keeps it.
 */
if (!process.env.SALAMA_LONG) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_124 });
