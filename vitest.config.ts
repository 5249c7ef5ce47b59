import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** The pure core has no excuse for an untested line; the edges have sockets, clocks and vendors. */
const PURE = ['domain', 'forecast', 'fitting', 'planning', 'accounting', 'batch', 'backtest']
/**
 * Files that replace a module, or the one tracer of a process, must come before anybody who uses it:
 * each has a process to itself. All others leave nothing behind and share what is loaded, which
 * otherwise takes longer than most.
 */
const APART = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`)
  .filter((file) => /vi\.mock\(|registerTracing\(/.test(readFileSync(file, 'utf8')))
const everything = { lines: 100, branches: 100, functions: 100, statements: 100 }

export default defineConfig({
  test: {
    setupFiles: ['test/support/same-cases.ts'],
    testTimeout: 120_000, // for machines that do other work too; no test waits for it
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } }, // nor for this: what is polled for comes, or never does
    maxWorkers: 3, // on two cores, where tests wait for servers and browsers a fifth of the time
    projects: [
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: APART, isolate: false },
      },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
    coverage: {
      provider: 'custom',
      customProviderModule: './infra/coverage/provider.mjs',
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
