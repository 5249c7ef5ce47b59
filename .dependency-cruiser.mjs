import { BUNDLED } from './infra/bootstrap/bundled.mjs'

/**
 * The architecture, as rules. `npm run layers` must print no violation; test/architecture proves
 * that each rule fires. Paths are regular expressions; $1 is what the `from` group caught.
 */
const PURE = '^services/(domain|forecast|fitting|planning|accounting|batch|backtest)/'
const EDGES = '^(services/(api|cli|dashboard|keda|wiring)|workers)/'
const MATHS = '^node_modules/(glpk\\.js|highs)/'

/** npm package -> the places that may import it. Read by test/architecture too. */
export const HOMES = {
  axios: ['^services/platform/http'],
  ioredis: ['^services/platform/', '^services/queue/adapters/'],
  pg: ['^services/platform/database/'],
  '@electric-sql/pglite': ['^services/platform/database/'],
  pino: ['^services/platform/log\\.ts$'],
  piscina: ['^services/platform/'],
  'prom-client': ['^services/platform/metrics', '^services/api/'],
  '@opentelemetry/api': ['^services/platform/(open-)?tracing\\.ts$'],
  '@opentelemetry/sdk-trace-node': ['^services/platform/open-tracing\\.ts$'],
  '@fastify/otel': ['^services/api/app\\.ts$'],
  'bullmq-otel': ['^services/queue/adapters/'],
  '@bull-board/api': ['^services/queue/adapters/'],
  '@bull-board/fastify': ['^services/queue/adapters/'],
  bullmq: ['^workers/', '^services/queue/adapters/'],
  fastify: ['^services/api/'],
  '@grpc/grpc-js': ['^services/keda/'],
  '@grpc/proto-loader': ['^services/keda/'],
  '@fastify/busboy': ['^services/api/'],
  commander: ['^services/cli/'],
  '@clack/prompts': ['^services/cli/init/'],
  picocolors: ['^services/cli/colours\\.ts$'],
  yaml: ['^services/fleet/'],
  'glpk\\.js': ['^services/planning/solvers/'],
  highs: ['^services/planning/solvers/'],
  '@kubernetes/client-node': ['^services/actuation/adapters/'],
  preact: ['^services/dashboard/src/'],
  uplot: ['^services/dashboard/src/charts/'],
  'd3-geo': ['^services/dashboard/src/charts/'],
  'd3-scale': ['^services/dashboard/src/charts/'],
  'd3-time': ['^services/dashboard/src/charts/'],
  'openapi-fetch': ['^services/dashboard/src/api/', '^services/client/'],
  eventsource: ['^services/dashboard/src/api/'],
}
const homeRules = Object.entries(HOMES).map(([name, homes]) => ({
  name: `home-of-${name.replace(/[^a-z-]/g, '')}`,
  comment: `Only ${homes.join(', ')} may know that we use ${name}. Take a port instead.`,
  severity: 'error',
  from: { path: '^(services|workers|config)/', pathNot: homes },
  to: { path: `^node_modules/(@types/)?${name}/` },
}))

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or miss a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-imports-nothing',
      comment: 'services/domain is the vocabulary; it may lean on nothing, not even npm.',
      severity: 'error',
      from: { path: '^services/domain/' },
      to: { pathNot: '^services/domain/' },
    },
    {
      name: 'pure-core-does-no-io',
      comment: 'The pure core computes. Hand it data, not a client.',
      severity: 'error',
      from: { path: PURE },
      to: { pathNot: [PURE, MATHS, '^config/catalogue/.*\\.json$'] },
    },
    {
      name: 'pure-core-flows-one-way',
      comment: 'forecast and fitting feed planning; planning feeds accounting; never back. batch needs nobody.',
      severity: 'error',
      from: { path: '^services/(forecast|fitting|batch)/' },
      to: { path: '^services/(?!$1/|domain/)[^/]+/' },
    },
    {
      name: 'planning-does-not-look-ahead',
      comment: 'A plan may not depend on how it will be accounted for, or played back.',
      severity: 'error',
      from: { path: '^services/planning/' },
      to: { path: '^services/(accounting|backtest)/' },
    },
    {
      name: 'checker-shares-nothing',
      comment: 'A mistake of the solver must not hide in the check of its plans: types only.',
      severity: 'error',
      from: { path: '^services/planning/verify-' },
      to: {
        path: '^services/',
        pathNot: '^services/planning/verify-',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'front-door-only',
      comment: 'Import another context through its index.ts; the rest of it is private.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/wiring/' },
      to: {
        path: '^services/(?!$1/)[^/]+/',
        pathNot: [
          '^services/(domain|platform)/',
          '^services/[^/]+/index\\.ts$',
          '^services/pipeline/',
          '^services/wiring/',
        ],
      },
    },
    {
      name: 'front-door-only-from-workers',
      comment: 'Workers call the pipeline and read job schemas; they do not reach into contexts.',
      severity: 'error',
      from: { path: '^workers/' },
      to: {
        path: '^services/',
        pathNot: [
          '^services/(domain|pipeline|platform)/',
          '^services/[^/]+/index\\.ts$',
          '^services/wiring',
        ],
      },
    },
    {
      name: 'adapters-only-from-wiring',
      comment: 'Ask for the port; services/wiring decides who stands behind it.',
      severity: 'error',
      from: { pathNot: ['^services/wiring', '^test/', '^services/[^/]+/adapters/'] },
      to: { path: '^services/[^/]+/adapters/' },
    },
    {
      name: 'adapters-know-their-port-only',
      comment: 'An adapter translates one vendor to one port. It needs domain, platform and typebox.',
      severity: 'error',
      from: { path: '^services/([^/]+)/adapters/' },
      to: {
        path: '^(services|workers|config|test)/',
        pathNot: [
          '^services/$1/(adapters/)?[a-z-]+\\.ts$',
          '^services/(domain|platform)/',
          '^services/[^/]+/index\\.ts$',
          '^config/catalogue/.*\\.json$',
        ],
      },
    },
    {
      name: 'pipeline-tells-the-story',
      comment: 'The pipeline joins contexts by their front doors and uses no library.',
      severity: 'error',
      from: { path: '^services/pipeline/' },
      to: { pathNot: ['^services/pipeline/', '^services/domain/', '^services/[^/]+/index\\.ts$'] },
    },
    {
      name: 'nobody-imports-an-edge',
      comment: 'Calls come in at api, cli, dashboard, keda and workers; only the wiring depends on them.',
      severity: 'error',
      from: { pathNot: [EDGES, '^test/', '^services/wiring'] },
      to: { path: EDGES },
    },
    {
      name: 'dashboard-takes-types-only',
      comment:
        'The page runs in a browser. It knows the vocabulary, the API by the types of the client, and nothing of Node.',
      severity: 'error',
      from: { path: '^services/dashboard/src/' },
      to: { pathNot: '^(services/dashboard/src/|services/domain/|node_modules/|services/client/index\\.ts$)' },
    },
    {
      name: 'dashboard-takes-no-client-code',
      comment: 'The page has its own small client, with its key and its events. Take types alone.',
      severity: 'error',
      from: { path: '^services/dashboard/src/' },
      to: { path: '^services/client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'environment-is-read-once',
      comment: 'Only entry points and the wiring see config/env; everyone else is handed a value.',
      severity: 'error',
      from: {
        pathNot: ['^config/', '/main\\.ts$', '^services/wiring', '^services/cli/', '^test/'],
      },
      to: { path: '^config/.*\\.ts$' },
    },
    {
      name: 'disk-and-sockets-have-homes',
      comment: 'Files and sockets are opened by platform, entry points, the wiring and the CLI.',
      severity: 'error',
      from: {
        path: '^(services|workers)/',
        pathNot: [
          '^services/(platform|cli|api)/',
          '^services/[^/]+/adapters/',
          '^services/wiring',
          '/main\\.ts$',
        ],
      },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|net|http|https|child_process|dgram|dns|worker_threads)(/|$)',
      },
    },
    ...homeRules,
    {
      name: 'production-needs-no-test-code',
      comment: 'What ships may not lean on what tests it.',
      severity: 'error',
      from: { path: '^(services|workers|config)/' },
      to: { path: '^test/' },
    },
    {
      name: 'production-needs-no-dev-dependency',
      comment: 'A package used in production belongs in dependencies, or in the built program.',
      severity: 'error',
      from: { path: '^(services|workers|config)/', pathNot: '^services/dashboard/' }, // bundled
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only', 'npm', 'npm-optional'],
        pathNot: `^node_modules/(${BUNDLED.join('|')})/`,
      },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing reaches this file: delete it, or wire it.',
      severity: 'error',
      from: { orphan: true, path: '^(services|workers|config)/', pathNot: ['/main\\.ts$', '\\.d\\.ts$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.)' },
    tsPreCompilationDeps: true, // `import type` counts: a type is a dependency too
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
