// The arrows of the house: renderer and cli → desk → engine. A file imports only downwards.
const below = (name, from, forbidden, why) => ({
  name,
  comment: why,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: forbidden },
});

export default {
  forbidden: [
    below(
      'engine-knows-no-desk',
      'engine',
      '^(desk|cli|renderer|electron|bench|tests)/',
      'The engine is numbers; it knows nothing of moderation.',
    ),
    below(
      'engine-without-sqlite',
      'engine',
      'node_modules/(better-sqlite3|electron)',
      'The engine knows neither SQLite nor Electron.',
    ),
    below(
      'desk-knows-no-window',
      'desk',
      '^(cli|renderer|electron|bench|tests)/',
      'The desk serves windows and command lines alike.',
    ),
    below(
      'renderer-through-the-door',
      'renderer',
      '^(engine|cli|electron|bench|tests|desk/(?!contract|shown/))',
      'The window knows the contract, how message text is shown, and nothing else.',
    ),
    {
      name: 'door-by-type',
      comment:
        'The window takes types of the contract, and code of those of its files that have no schema: the desk checks what goes in and out.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: {
        path: '^desk/contract',
        pathNot: '^desk/contract/(surface|menus|meant|reports|passphrase|stability)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    below(
      'program-without-tests',
      '(cli|electron)',
      '^(bench|tests)/',
      'What is shipped does not depend on tests or benchmarks.',
    ),
    below(
      'shell-without-domain-logic',
      'electron',
      '^(renderer|build|desk/(?!contract|main)|engine/(?!process/|ggml/environment))',
      'The shell starts and watches; what moderation is, it does not know.',
    ),
    {
      name: 'sql-in-the-store',
      comment: 'SQLite is opened in desk/store alone.',
      severity: 'error',
      from: { pathNot: '^(desk/store|tests|bench)/' },
      to: { path: 'node_modules/better-sqlite3' },
    },
    {
      name: 'ffi-in-one-room',
      comment: 'Native calls are made in engine/ggml alone.',
      severity: 'error',
      from: { pathNot: '^(engine/ggml|tests|bench)/' },
      to: { path: 'node_modules/koffi' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports and nobody starts is dead.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '(\\.test\\.ts|main\\.ts|reporter\\.js|moderato\\.js|svelte\\.config\\.js|shim/page\\.ts)$',
      },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-the-program',
      severity: 'error',
      from: { path: '^(engine|desk|cli)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
