import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
// @ts-expect-error: the configuration is plain JavaScript, read by the command line tool as it is
import rules, { HOMES } from '../../.dependency-cruiser.mjs'

interface Rule {
  readonly name: string
  readonly comment?: string
}
const forbidden: readonly Rule[] = rules.forbidden

/** One seeded sin per rule: the file that commits it and what it says. */
const SINS: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'no-cycles': ['services/grid/egg.ts', "import './hen.ts'"],
  'domain-imports-nothing': ['services/domain/proud.ts', "import '../grid/index.ts'"],
  'pure-core-does-no-io': ['services/forecast/io.ts', "import '../platform/http.ts'"],
  'pure-core-flows-one-way': ['services/fitting/up.ts', "import '../planning/index.ts'"],
  'planning-does-not-look-ahead': ['services/planning/ahead.ts', "import '../accounting/index.ts'"],
  'checker-shares-nothing': ['services/planning/verify-lightly.ts', "import './ahead.ts'"],
  'front-door-only': ['services/plans/window.ts', "import '../grid/hen.ts'"],
  'front-door-only-from-workers': ['workers/deep.ts', "import '../services/grid/hen.ts'"],
  'adapters-only-from-wiring': ['services/pipeline/vendor.ts', "import '../grid/adapters/acme.ts'"],
  'adapters-know-their-port-only': [
    'services/grid/adapters/nosy.ts',
    "import '../../pipeline/vendor.ts'",
  ],
  'pipeline-tells-the-story': ['services/pipeline/library.ts', "import '../platform/http.ts'"],
  'nobody-imports-an-edge': ['services/queue/edge.ts', "import '../api/app.ts'"],
  'dashboard-takes-types-only': ['services/dashboard/src/greedy.ts', "import '../../api/app.ts'"],
  'dashboard-takes-no-client-code': [
    'services/dashboard/src/heavy.ts',
    "import { gridtide } from '../../client/index.ts'\n\ngridtide()",
  ],
  'environment-is-read-once': ['services/queue/env.ts', "import '../../config/env.ts'"],
  'disk-and-sockets-have-homes': ['services/queue/disk.ts', "import 'node:fs'"],
  'production-needs-no-test-code': ['services/queue/test.ts', "import '../../test/mock.ts'"],
  'production-needs-no-dev-dependency': ['services/queue/dev.ts', "import 'vitest'"],
  'everything-resolves': ['services/queue/lost.ts', "import './nowhere.ts'"],
  'no-orphans': ['services/queue/orphan.ts', 'export const alone = 1'],
}

/** What the sins lean on. */
const BYSTANDERS: Readonly<Record<string, string>> = {
  'services/grid/hen.ts': "import './egg.ts'",
  'services/grid/index.ts': "import './hen.ts'",
  'services/grid/adapters/acme.ts': 'export const acme = 1',
  'services/planning/index.ts': 'export const planning = 1',
  'services/accounting/index.ts': 'export const accounting = 1',
  'services/platform/http.ts': 'export const http = 1',
  'services/api/app.ts': 'export const app = 1',
  'services/client/index.ts': 'export const gridtide = () => undefined',
  'config/env.ts': 'export const env = 1',
  'test/mock.ts': 'export const mock = 1',
}

const homes = forbidden.filter(({ name }) => name.startsWith('home-of-'))
const packages: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(HOMES).map((pattern) => [
    `home-of-${pattern.replace(/[^a-z-]/g, '')}`,
    pattern.replace('\\', ''),
  ]),
)
const homeFile = (rule: string) => `services/demand/${rule}.ts`

let root: string
let violations: readonly { readonly rule: string; readonly from: string }[]

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'gridtide-layers-'))
  const files = {
    ...BYSTANDERS,
    ...Object.fromEntries(Object.values(SINS)),
    ...Object.fromEntries(homes.map(({ name }) => [homeFile(name), `import '${packages[name]}'`])),
    'package.json': JSON.stringify({ type: 'module', devDependencies: { vitest: '*' } }),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'))
  const options: ICruiseOptions = {
    ...rules.options,
    tsConfig: undefined,
    baseDir: root,
    preserveSymlinks: true,
    ruleSet: { forbidden: rules.forbidden },
    validate: true,
  }
  const { output } = await cruise(['services', 'workers', 'config', 'test'], options, {
    preserveSymlinks: true,
    ...rules.options.enhancedResolveOptions,
  } as never)
  violations = (output as ICruiseResult).summary.violations.map(({ rule, from }) => ({
    rule: rule.name,
    from,
  }))
}, 120_000)

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('layer rules', () => {
  it('has a sin for every rule', () => {
    const covered = [...Object.keys(SINS), ...homes.map(({ name }) => name)]
    expect(covered.toSorted()).toEqual(forbidden.map(({ name }) => name).toSorted())
  })

  it.each(Object.entries(SINS))('%s fires', (rule, [file]) => {
    expect(violations).toContainEqual({ rule, from: file })
  })

  it.each(homes.map(({ name }) => name))('%s fires', (rule) => {
    expect(violations).toContainEqual({ rule, from: homeFile(rule) })
  })

  it('gives every rule a sentence of reason', () => {
    for (const { name, comment } of forbidden) expect(comment, name).toMatch(/\w{3}.*\.$/)
  })
})
