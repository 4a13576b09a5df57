// The rooms and what each may import: imports point down and never form a circle.
const rooms = {
  base: [],
  engine: ['base'],
  telemetry: ['base'],
  model: ['base'],
  insight: ['base', 'telemetry'],
  world: ['base', 'engine', 'telemetry', 'model'],
  policy: ['base', 'telemetry', 'model', 'insight'],
  run: ['base', 'engine', 'telemetry', 'model', 'insight', 'world', 'policy'],
  analysis: ['base', 'telemetry', 'model', 'insight', 'run'],
};
const tests = '\\.(test|cases|check)\\.ts$';

const roomRules = Object.entries(rooms).map(([room, may]) => ({
  name: `room-${room}`,
  severity: 'error',
  comment: `src/${room} may import only: ${[room, ...may].join(', ')} (see ARCHITECTURE.md).`,
  from: { path: `^src/${room}/`, pathNot: tests },
  to: { path: '^(src|apps|scripts|bench|test)/', pathNot: `^src/(${[room, ...may].join('|')})/` },
}));

export default {
  forbidden: [
    ...roomRules,
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Modules that import each other cannot be understood, tested or moved apart.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-is-pure',
      severity: 'error',
      comment: 'src/ runs in Node, a worker and a browser: no Node modules.',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'src-has-no-npm',
      severity: 'error',
      comment: 'Only the model room may use npm packages: yaml to read text, typebox to state schemas.',
      from: { path: '^src/', pathNot: `${tests}|^src/model/` },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'unknown'] },
    },
    {
      name: 'model-npm',
      severity: 'error',
      comment: 'The model room may use yaml and typebox, nothing else from npm.',
      from: { path: '^src/model/', pathNot: tests },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg'],
        pathNot: 'node_modules/(yaml|typebox)/',
      },
    },
    {
      name: 'apps-import-down',
      severity: 'error',
      comment:
        'Apps use the verbs (run, analysis, model, telemetry, insight) and the base, never the world directly.',
      from: { path: '^apps/', pathNot: tests },
      to: { path: '^src/(engine|world|policy)/' },
    },
    {
      name: 'src-knows-no-apps',
      severity: 'error',
      comment: 'The simulator does not know its shells.',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^(apps|scripts|bench|test)/' },
    },
    {
      name: 'tests-stay-out',
      severity: 'error',
      comment: 'Nothing but a test imports a test.',
      from: { pathNot: `${tests}|^test/` },
      to: { path: tests },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'An import must lead somewhere.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
