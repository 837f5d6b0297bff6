// The rules of the house (docs/ARCHITECTURE.md): downstream imports upstream's index, never the reverse.
const ORDER = [
  'audit',
  'country',
  'identity',
  'retention',
  'reporting',
  'casework',
  'disclosure',
  'helpline',
  'evidence',
  'referral',
  'takedown',
  'blocking',
  'safe-access',
  'observatory',
  'site',
];

/** `module` may not import anything to its right in the order. */
const upstreamOnly = ORDER.map((module, i) => ({
  name: `${module}-imports-upstream-only`,
  severity: 'error',
  from: { path: `^src/modules/${module}/`, pathNot: '\\.(test|fixture)\\.tsx?$' },
  to: { path: `^src/modules/(${ORDER.slice(i + 1).join('|') || 'none'})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'modules-through-their-index',
      severity: 'error',
      comment: 'A module imports another only through its index.ts.',
      from: { path: '^src/modules/([^/]+)/' },
      to: {
        path: '^src/modules/([^/]+)/.+',
        // Tests of one module may use another's test tools.
        pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.tsx?$', '^src/modules/[^/]+/testing/'],
      },
    },
    {
      name: 'platform-knows-no-module',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/modules/' },
    },
    { name: 'packages-stand-alone', severity: 'error', from: { path: '^packages/' }, to: { path: '^src/' } },
    {
      name: 'world-stands-alone',
      severity: 'error',
      comment: 'The small Internet must not share code with what it tests.',
      from: { path: '^world/' },
      to: { path: '^src/' },
    },
    ...upstreamOnly,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.json$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};
