// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dataRoot, describeWithRealData } from '../support/real-data.ts'
import { runGridtide } from '../support/run-gridtide.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-plan-'))
const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')

function fleetFile(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

interface Report {
  readonly status: string
  readonly predicted: {
    readonly carbonKg: number
    readonly carbonLowKg: number
    readonly carbonHighKg: number
  }
  readonly baseline: { readonly carbonKg: number }
  readonly bound: { readonly carbonKg: number; readonly gapPercent: number }
  readonly zones: readonly {
    readonly zone: string
    readonly qualities: object
    readonly sources: object
  }[]
  readonly windows: readonly {
    readonly start: string
    readonly replicas: readonly {
      readonly model: string
      readonly region: string
      readonly replicas: number
      readonly tokensPerSecond: number
    }[]
    readonly traffic: readonly { readonly tokensPerSecond: number }[]
  }[]
}

describe('gridtide plan', () => {
  test('plans the small fleet without key or network, in words', async () => {
    const { code, out, err } = await runGridtide(['plan', '--fleet', fleetFile('a.yaml', SMALL)])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/predicted {2}[\d.]+ kgCO2e/)
    expect(out).toMatch(/less$/m)
    expect(out).toContain('climatology (24)')
    expect(out).toMatch(/\d x chat H100-tp/)
  })

  test('plans it as data, serves the demand, and writes the same to a file', async () => {
    const file = join(folder, 'plan.json')
    const fleet = fleetFile('b.yaml', SMALL)
    const { out } = await runGridtide(['plan', '--fleet', fleet, '--json', '--out', file])
    const report = JSON.parse(out) as Report
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(report)
    expect(report.status).toBe('planned')
    expect(report.windows).toHaveLength(24)
    for (const { replicas, traffic } of report.windows) {
      const served = replicas.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0)
      expect(served).toBeCloseTo(550, 0)
      expect(traffic.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0)).toBeCloseTo(
        550,
        0,
      )
    }
    expect(report.predicted.carbonKg).toBeLessThanOrEqual(report.baseline.carbonKg)
    expect(report.bound.carbonKg).toBeLessThanOrEqual(report.predicted.carbonKg)
    expect(report.predicted.carbonLowKg).toBeLessThan(report.predicted.carbonHighKg)
  })

  test('gives what it has by a deadline, and says so', async () => {
    const fleet = fleetFile('due.yaml', SMALL)
    const { code, out } = await runGridtide(['plan', '--fleet', fleet, '--deadline', '0.001'])
    expect(code).toBe(0)
    expect(out).toContain('cut short by the deadline')
    const patient = await runGridtide(['plan', '--fleet', fleet, '--deadline', '600', '--json'])
    expect(JSON.parse(patient.out)).toMatchObject({ status: 'planned', isCutShort: false })
    const wrong = await runGridtide(['plan', '--fleet', fleet, '--deadline', 'soon'])
    expect(wrong.err).toContain('--deadline soon: expected a number above 0')
  })

  test('takes the fleet file from the environment', async () => {
    const env = { GRIDTIDE_FLEET: fleetFile('c.yaml', SMALL) }
    expect((await runGridtide(['plan', '--json'], { env })).code).toBe(0)
  })

  test('no possible plan is an answer with exit code 3, not a failure', async () => {
    const fleet = fleetFile(
      'd.yaml',
      SMALL.replace('tokensPerSecond: 500', 'tokensPerSecond: 5000000'),
    )
    const words = await runGridtide(['plan', '--fleet', fleet])
    expect(words.code).toBe(3)
    expect(words.out).toMatch(/No plan of small keeps every promise: .+\n.+/)
    const data = await runGridtide(['plan', '--fleet', fleet, '--json'])
    expect(data.code).toBe(3)
    expect(JSON.parse(data.out)).toMatchObject({ status: 'infeasible', fleet: 'small' })
    expect((await runGridtide(['explain', '--fleet', fleet])).code).toBe(3)
  })

  test('a source without its key is left out with a warning', async () => {
    const grid = 'grid: { sources: [{ source: electricity-maps, token: "${env:NO_TOKEN}" }] }'
    const fleet = fleetFile('e.yaml', SMALL.replace('name: small', `name: small\n${grid}`))
    const { code, err } = await runGridtide(['plan', '--fleet', fleet, '--json'])
    expect(code).toBe(0)
    expect(err).toMatch(/^warning: grid source electricity-maps is left out: .*NO_TOKEN/)
  })

  test('a plan that cannot be written is said in one line', async () => {
    const fleet = fleetFile('f.yaml', SMALL)
    const out = join(folder, 'absent', 'plan.json')
    const { code, err } = await runGridtide(['plan', '--fleet', fleet, '--out', out])
    expect(code).toBe(1)
    expect(err).toBe(`cannot write ${out}: ENOENT\n`)
  })
})

describe('gridtide plan --at', () => {
  const row = (issued: string, hour: number, value: number) =>
    `DE,${issued},2021-09-15T${String(hour).padStart(2, '0')}:00Z,${value}\n`
  const hours = Array.from({ length: 24 }, (_, hour) => hour)
  const issue = (issued: string, value: (hour: number) => number) =>
    hours.map((hour) => row(issued, hour, value(hour))).join('')
  const grid = 'grid: { sources: [{ source: csv, forecasts: forecast.csv }] }'
  const fleet = fleetFile('at.yaml', SMALL.replace('name: small', `name: small\n${grid}`))
  const header = 'zone,issued_utc,target_utc,gco2_per_kwh\n'
  const known = header + issue('2021-09-15T00:00Z', (hour) => 100 + 10 * hour)

  async function planAt(csv: string): Promise<string> {
    writeFileSync(join(folder, 'forecast.csv'), csv)
    const { out } = await runGridtide(['plan', '-f', fleet, '--at', '2021-09-15T00:00Z', '--json'])
    return out
  }

  test('sees what was issued by then, and nothing issued later', async () => {
    const before = await planAt(known)
    const report = JSON.parse(before) as Report
    expect(report.zones[0]).toMatchObject({ zone: 'DE', qualities: { forecast: 24 } })
    expect(report.windows[3]).toMatchObject({
      start: '2021-09-15T03:00Z',
      carbonGPerKwh: { a: 130 },
    })
    expect(await planAt(known + issue('2021-09-15T00:01Z', () => 1))).toBe(before)
  })

  test('zones without a forecast fall back and say so', async () => {
    const { zones } = JSON.parse(await planAt(known)) as Report
    expect(zones[1]).toMatchObject({ zone: 'SE', qualities: { climatology: 24 } })
  })
})

describe('gridtide explain', () => {
  test('says why in words and in data', async () => {
    const fleet = fleetFile('explain.yaml', SMALL)
    const words = await runGridtide(['explain', '--fleet', fleet])
    expect(words.code).toBe(0)
    expect(words.out).toMatch(/kgCO2e over 24 windows/)
    expect(words.out).toMatch(/chat in [ab]: /)
    const { out } = await runGridtide(['explain', '--fleet', fleet, '--json'])
    expect(JSON.parse(out)).toMatchObject({ words: expect.stringMatching(/kgCO2e/) })
    expect(JSON.parse(out).placements.length).toBeGreaterThan(0)
  })
})

describeWithRealData('gridtide plan on recorded grids, runs and traffic', () => {
  test('four zones and three models over 24 hours', { timeout: 120_000 }, async () => {
    const argv = ['plan', '--fleet', 'test/fixtures/real-fleet.yaml', '--at', '2021-09-15T00:00Z']
    const env = { GRIDTIDE_DATA: dataRoot }
    const { code, out } = await runGridtide([...argv, '--json'], { env })
    expect(code).toBe(0)
    const report = JSON.parse(out) as Report
    expect(report.zones.map(({ zone }) => zone)).toEqual(['DE', 'PL', 'US-CAL-CISO', 'SE'])
    for (const { qualities } of report.zones) expect(qualities).toEqual({ forecast: 24 })
    expect(report.windows).toHaveLength(24)
    const models = new Set(report.windows.flatMap(({ replicas }) => replicas.map((r) => r.model)))
    expect(models).toEqual(new Set(['llama-70b', 'qwen-32b', 'llama-8b']))
    expect(report.predicted.carbonKg).toBeGreaterThan(0)
    expect(report.predicted.carbonKg).toBeLessThan(report.baseline.carbonKg)
    expect(report.bound.carbonKg).toBeLessThanOrEqual(report.predicted.carbonKg)
    expect(report.bound.gapPercent).toBeLessThan(5)
  })
})
