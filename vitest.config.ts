import { defineConfig } from 'vitest/config'

/** The pure core has no excuse for an untested line; the edges have sockets, clocks and vendors. */
const PURE = ['domain', 'forecast', 'fitting', 'planning', 'accounting', 'batch', 'backtest']
/**
 * Contexts whose tests leave nothing behind in their process: they load the program once a worker,
 * which otherwise takes longer than most of these files.
 */
const TOGETHER = [
  'accounting',
  'actuation',
  'api',
  'backtest',
  'batch',
  'config',
  'demand',
  'domain',
  'fitting',
  'fleet',
  'forecast',
  'grid',
  'keda',
  'pipeline',
  'planning',
  'plans',
  'runs',
  'schedulers',
  'solves',
  'telemetry',
  'traffic',
].map((context) => `test/${context}/**/*.test.ts`)
const everything = { lines: 100, branches: 100, functions: 100, statements: 100 }

export default defineConfig({
  test: {
    testTimeout: 120_000, // for machines that do other work too; no test waits for it
    hookTimeout: 120_000,
    maxWorkers: 2, // the default is one less than there are cores, and small machines have two
    projects: [
      { extends: true, test: { name: 'together', include: TOGETHER, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: TOGETHER } },
    ],
    coverage: {
      provider: 'v8',
      include: ['services/**/*.ts', 'workers/**/*.ts', 'config/**/*.ts'],
      // What only runs in a browser is walked there by test/dashboard; its figures count here too.
      exclude: [
        '**/main.ts',
        '**/dist/**',
        '**/*.sql',
        'services/dashboard/*.ts',
        'services/dashboard/src/!(figures)/**',
        'services/dashboard/src/*.ts',
      ],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        lines: 90,
        ...Object.fromEntries(PURE.map((context) => [`services/${context}/**`, everything])),
      },
    },
  },
})
