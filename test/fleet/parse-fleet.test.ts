// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type FieldIssue, InvalidInput } from '../../services/domain/errors.ts'
import { parseFleet } from '../../services/fleet/index.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const known = { gpus: ['H100', 'B200'], models: ['Qwen/Qwen3-8B'] }

/** What parsing complains about, after the small fleet was changed. */
function issuesAfter(...edits: readonly (readonly [string, string])[]): readonly FieldIssue[] {
  let text = SMALL
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`the fixture lacks ${from}`)
    text = text.replace(from, () => to)
  }
  return issuesOf(text)
}

function issuesOf(text: string): readonly FieldIssue[] {
  try {
    parseFleet(text, { fileName: 'small.yaml', known })
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.issues
  }
}

describe('a good fleet', () => {
  test('comes back with every default filled in', () => {
    const fleet = parseFleet(SMALL, { fileName: 'small.yaml', known })
    expect(fleet.signal).toBe('average')
    expect(fleet.planning).toEqual({
      windowMinutes: 60,
      horizonHours: 24,
      demandQuantile: 0.95,
      demandHeadroom: 0.1,
      seed: 1,
    })
    expect(fleet.grid.sources).toEqual([{ source: 'climatology' }])
    expect(fleet.backends).toEqual([
      { id: 'dry-run', kind: 'dry-run', targets: [{ floorReplicas: 0 }] },
    ])
    expect(fleet.models[0]).toMatchObject({ variants: 'auto', minReplicas: 1, runs: [] })
    expect(fleet.safeState).toEqual({ afterMinutes: 120, state: 'peak', whenGone: 'grow' })
  })

  test('an empty section counts as left out', () => {
    const fleet = parseFleet(`${SMALL}\nwebhooks:\npolicy:\n`, { fileName: 'small.yaml' })
    expect(fleet.webhooks).toEqual([])
    expect(fleet.policy.objective).toBe('carbon')
  })

  test('JSON is YAML', () => {
    const fleet = parseFleet(SMALL, { fileName: 'a' })
    expect(parseFleet(JSON.stringify(fleet), { fileName: 'b' })).toEqual(fleet)
  })

  test.each(['two-regions', 'global'])('config/examples/%s.yaml is one', (name) => {
    const fileName = `config/examples/${name}.yaml`
    expect(parseFleet(readFileSync(fileName, 'utf8'), { fileName }).name).toBe(name)
  })
})

describe('mistakes', () => {
  test('are all shown at once, in the order of the file, each with its place', () => {
    const issues = issuesAfter(
      ['zone: DE', 'zne: DE'],
      ['pue: 1.1', 'pue: 0.9'],
      ['ttftP95Ms: 2000', 'ttftP95Ms: "2000"'],
    )
    expect(issues.map(({ path }) => path)).toEqual([
      '/regions/0/zone',
      '/regions/0/zne',
      '/regions/1/pue',
      '/models/0/slo/ttftP95Ms',
    ])
    expect(issues[1]).toEqual({
      path: '/regions/0/zne',
      message: 'unknown field',
      suggestion: 'did you mean "zone"?',
      line: 6,
      column: 5,
    })
    expect(issues[2]?.message).toBe('expected a number from 1 to 3, got 0.9')
    expect(issues[3]?.suggestion).toBe('leave the quotes away')
  })

  test('in meaning are shown beside mistakes in shape of other sections', () => {
    const issues = issuesAfter(['name: small', 'name: "not a name"'], ['id: b', 'id: a'])
    expect(issues.map(({ path }) => path)).toEqual(['/name', '/regions/1/id'])
  })

  const cases: [string, [string, string][], string, RegExp, RegExp?][] = [
    ['version', [['gridtide: 1', 'gridtide: 2']], '/gridtide', /must be 1, got 2/],
    ['text for a number', [['pue: 1.1', 'pue: low']], '/regions/1/pue', /expected a number/],
    ['not a number', [['pue: 1.1', 'pue: .nan']], '/regions/1/pue', /got NaN/],
    ['half a GPU', [['count: 16', 'count: 1.5']], '/regions/0/gpus/0/count', /whole number/],
    ['no GPU', [['count: 16', 'count: 0']], '/regions/0/gpus/0/count', /from 1 to/],
    ['number for a text', [['zone: DE', 'zone: 7']], '/regions/0/zone', /text/, /quotes/],
    ['object for a list', [['[europe]', '{a: 1}']], '/origins', /expected a list, got an object/],
    ['empty list', [['[europe]', '[]']], '/origins', /at least 1/],
    ['list for an object', [['{ europe: 10 }', '[1]']], '/regions/0/latencyMs', /an object/],
    [
      'word',
      [['ownership: reserved', 'ownership: reservd']],
      '/regions/0/ownership',
      /one of/,
      /"reserved"/,
    ],
    ['kind left out', [['kind: constant, ', '']], '/models/0/demand/0/kind', /is missing: one of/],
    [
      'kind unknown',
      [['kind: constant', 'kind: csw']],
      '/models/0/demand/0/kind',
      /one of/,
      /"csv"/,
    ],
    ['variants', [['minReplicas: 1', 'variants: 3']], '/models/0/variants', /got 3/],
    ['variants word', [['minReplicas: 1', 'variants: all']], '/models/0/variants', /"auto"/],
    [
      'origin',
      [['{ europe: 10 }', '{ europ: 10 }']],
      '/regions/0/latencyMs/europ',
      /no origin/,
      /"europe"/,
    ],
    [
      'prototype',
      [['{ europe: 10 }', '{ __proto__: 10, europe: 1 }']],
      '/regions/0/latencyMs/__proto__',
      /not allowed/,
    ],
    [
      'GPU type',
      [['type: H100, count: 16', 'type: H10O, count: 16']],
      '/regions/0/gpus/0/type',
      /no GPU "H10O"/,
      /"H100"/,
    ],
    [
      'catalogue',
      [['Qwen/Qwen3-8B', 'Qwen/Qwen-8B']],
      '/models/0/catalogue',
      /no catalogue model/,
      /Qwen3/,
    ],
    ['no model', [['catalogue: Qwen/Qwen3-8B', 'precision: fp8']], '/models/0', /either/],
    ['two models', [['minReplicas: 1', 'architecture: a.json']], '/models/0', /either/],
    [
      'residency',
      [['minReplicas: 1', 'residency: { regions: [c] }']],
      '/models/0/residency/regions/0',
      /no region "c"/,
      /"a"/,
    ],
    [
      'GPU of a variant',
      [['minReplicas: 1', 'variants: [{ gpu: B200, maxBatch: 8 }]']],
      '/models/0/variants/0/gpu',
      /no GPU of any region/,
    ],
    [
      'GPU of bounds',
      [['minReplicas: 1', 'variants: { gpus: [B200] }']],
      '/models/0/variants/gpus/0',
      /no GPU of any region/,
    ],
    [
      'size of a variant',
      [['minReplicas: 1', 'variants: [{ gpu: H100, tensorParallel: 32, maxBatch: 8 }]']],
      '/models/0/variants/0',
      /takes 32 H100/,
    ],
    [
      'unreachable',
      [
        ['{ europe: 10 }', '{}'],
        ['{ europe: 20 }', '{}'],
      ],
      '/models/0/demand/0/origin',
      /no region says its latency/,
      /latencyMs/,
    ],
    [
      'residency unreachable',
      [
        ['{ europe: 10 }', '{}'],
        ['minReplicas: 1', 'residency: { regions: [a] }'],
      ],
      '/models/0/demand/0/origin',
      /no region of its residency/,
    ],
    [
      'promise',
      [['ttftP95Ms: 2000', 'ttftP95Ms: 5']],
      '/models/0/slo/ttftP95Ms',
      /alone takes 10 ms/,
    ],
    [
      'window',
      [['name: small', 'name: small\nplanning: { windowMinutes: 7 }']],
      '/planning/windowMinutes',
      /divide/,
    ],
    [
      'time zone',
      [
        [
          'kind: constant, tokensPerSecond: 500',
          `kind: hourly, timezone: Mars/Base, tokensPerSecond: [${Array(24).fill(1)}]`,
        ],
      ],
      '/models/0/demand/0/timezone',
      /no time zone/,
    ],
    [
      'quiet hours',
      [['name: small', 'name: small\npolicy: { quietHours: [{ from: "08:00", to: "08:00" }] }']],
      '/policy/quietHours/0/to',
      /same/,
    ],
    [
      'pin',
      [
        [
          'name: small',
          'name: small\npolicy: { pinned: [{ model: chta, region: z, variant: x }] }',
        ],
      ],
      '/policy/pinned/0/model',
      /no model/,
      /"chat"/,
    ],
    [
      'target',
      [
        [
          'name: small',
          'name: small\nbackends: [{ id: d, kind: dry-run, targets: [{ model: q, region: z }] }]',
        ],
      ],
      '/backends/0/targets/0/model',
      /no model "q"/,
    ],
    [
      'demand origin',
      [['origin: europe', 'origin: asia']],
      '/models/0/demand/0/origin',
      /no origin "asia"/,
    ],
    [
      'origin twice',
      [['[europe]', '[europe, europe]']],
      '/origins/1',
      /taken already, by \/origins\/0/,
    ],
    [
      'secret in clear',
      [
        [
          'name: small',
          'name: small\nwebhooks: [{ id: w, url: "https://x.org", secret: hunter2 }]',
        ],
      ],
      '/webhooks/0/secret',
      /does not fit/,
      /\$\{env:NAME\}/,
    ],
    ['too long', [['Qwen/Qwen3-8B', 'x'.repeat(201)]], '/models/0/catalogue', /longer than 200/],
    ['empty text', [['Qwen/Qwen3-8B', '""']], '/models/0/catalogue', /is empty/],
    [
      'budget without cost',
      [['name: small', 'name: small\npolicy: { budgetKgPerDay: 3 }']],
      '/policy/budgetKgPerDay',
      /only bounds/,
      /objective: cost/,
    ],
    [
      'replay of nothing',
      [['name: small', 'name: small\ngrid: { sources: [{ source: csv }] }']],
      '/grid/sources/0',
      /needs `forecasts`/,
    ],
    [
      'yes for a switch',
      [
        [
          'name: small',
          'name: small\nwebhooks: [{ id: w, url: "https://x.org", secret: "${env:X}", allowPrivate: yes }]',
        ],
      ],
      '/webhooks/0/allowPrivate',
      /true or false, got "yes"/,
    ],
  ]
  test.each(cases)('%s', (_name, edits, path, message, suggestion) => {
    const found = issuesAfter(...edits).find((issue) => issue.path === path)
    expect(found?.message).toMatch(message)
    if (suggestion) expect(found?.suggestion).toMatch(suggestion)
    expect(found?.line).toBeGreaterThan(0)
    expect(found?.column).toBeGreaterThan(0)
  })
})
