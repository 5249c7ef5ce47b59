import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type BacktestOutcome, TRIALS, VARIATIONS } from '../../services/backtest/index.ts'
import { progressOn } from '../../services/cli/progress.ts'
import { runGridtide } from '../support/run-gridtide.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-backtest-'))
const FLEET = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const HOUR_MS = 3_600_000
const FROM_MS = Date.UTC(2021, 8, 13)

/** Twelve days of two zones; the forecasts are a tenth too high. */
function writeGrid(zones: readonly string[]): void {
  const history = ['zone,datetime_utc,gco2_per_kwh']
  const forecasts = ['zone,issued_utc,target_utc,gco2_per_kwh']
  const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 16).concat('Z')
  for (const [z, zone] of zones.entries()) {
    const at = (ms: number) => (z + 1) * 200 + 50 * Math.sin(ms / HOUR_MS / 4)
    for (let ms = FROM_MS - 10 * 24 * HOUR_MS; ms < FROM_MS + 48 * HOUR_MS; ms += HOUR_MS) {
      history.push(`${zone},${stamp(ms)},${at(ms).toFixed(2)}`)
      if (ms % (24 * HOUR_MS) !== 0) continue
      for (let lead = 0; lead < 48; lead++) {
        const target = ms + lead * HOUR_MS
        forecasts.push(`${zone},${stamp(ms)},${stamp(target)},${(1.1 * at(target)).toFixed(2)}`)
      }
    }
  }
  writeFileSync(join(folder, 'history.csv'), history.join('\n'))
  writeFileSync(join(folder, 'forecasts.csv'), forecasts.join('\n'))
}

const withGrid = (text: string): string =>
  `${text}\ngrid:\n  sources:\n    - { source: csv, forecasts: forecasts.csv, history: history.csv }\n`
const fleetFile = join(folder, 'fleet.yaml')
const backtest = (...more: string[]) =>
  runGridtide(['backtest', '--fleet', fleetFile, '--from', '2021-09-13', ...more])

beforeAll(() => {
  const zones = [...FLEET.matchAll(/zone: ([A-Z-]+)/g)].map(([, zone]) => zone!)
  writeGrid([...new Set(zones)])
  writeFileSync(fleetFile, withGrid(FLEET))
})

describe('gridtide backtest', () => {
  test('tunes, plays, changes assumptions, reports, and goes on where it was', async () => {
    const out = join(folder, 'report')
    const options = [
      ...['--to', '2021-09-13T01:00Z', '--policies', 'hpa', '--sensitivity', '--out', out],
      ...['--marginal', join(folder, 'history.csv')],
      ...['--tune-from', '2021-09-13T02:00Z', '--tune-to', '2021-09-13T03:00Z'],
    ]
    const first = await backtest(...options, '--json')
    expect(first.err).toContain('playing')
    const outcome = JSON.parse(first.out) as BacktestOutcome
    const policies = outcome.compared.map(({ policy }) => policy)
    expect(policies).toEqual(['static', 'hpa', 'clairvoyant'])
    expect(outcome.compared[1]!.trialCount).toBe(TRIALS)
    expect(outcome.regions[0]!.hourlyG).toHaveLength(1)
    expect(outcome.sensitivity).toHaveLength(VARIATIONS.length + 2)
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Assumptions')
    expect(existsSync(join(out, 'hourly', 'hpa.csv'))).toBe(true)
    const parts = readdirSync(join(out, 'parts'))
    const written = () => parts.map((part) => statSync(join(out, 'parts', part)).mtimeMs)
    const before = written()
    const second = await backtest(...options)
    expect(second.out).toContain('simulated, not measured')
    expect(second.out).toContain('right-size')
    expect(written()).toEqual(before)
  }, 120_000)

  test('gives the same bytes for the same seed, whichever thread is first', async () => {
    const files = async (out: string, seed: string) => {
      const range = ['--to', '2021-09-13T01:00Z', '--policies', 'hpa,gridtide']
      const { code } = await backtest(...range, '--seed', seed, '--out', join(folder, out))
      expect(code).toBe(0)
      const names = readdirSync(join(folder, out), { recursive: true, withFileTypes: true })
      return (
        names
          // What it goes on from says how long each part took.
          .filter((one) => one.isFile() && !one.parentPath.endsWith('parts'))
          .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')])
          .toSorted()
      )
    }
    const once = await files('once', '7')
    expect(once.length).toBeGreaterThan(3)
    expect(await files('again', '7')).toEqual(once)
    expect(await files('otherwise', '8')).not.toEqual(once)
  }, 120_000)

  test.each([
    [['--to', '2021-09-13'], 'is not after'],
    [['--to', '2021-09-14', '--policies', 'nobody'], 'no policy "nobody"'],
    [['--to', '2021-09-14', '--seed', 'x'], '--seed x'],
    [['--to', '2021-09-14T00:30Z'], 'whole hour'],
    [['--to', 'tomorrow'], 'expected ISO 8601'],
    [['--to', '2021-09-14', '--tune-from', '2021-09-01'], 'need each other'],
    [['--to', '2021-09-14', '--tune-from', '2021-09-13', '--tune-to', '2021-09-15'], 'overlaps'],
    [
      ['--to', '2021-10-14'],
      'nothing measured at 2021-09-15T00:00:00.000Z; of the time read there is',
    ],
    [['--from', '2025-01-01', '--to', '2025-01-02'], 'Choose a time within that'],
  ])('%s is refused in one line', async (options, words) => {
    const { code, err } = await backtest(...options)
    expect(code).toBe(1)
    expect(err).toContain(words)
  })

  test('needs a fleet, and what the grid really did', async () => {
    const bare = join(folder, 'bare.yaml')
    writeFileSync(bare, FLEET)
    const args = ['backtest', '--from', '2021-09-13', '--to', '2021-09-13T01:00Z']
    expect((await runGridtide(args)).err).toContain('--fleet')
    expect((await runGridtide([...args, '--fleet', bare])).err).toContain('history')
  })
})

test('progress says what is left, once a second on a terminal', () => {
  let nowMs = 0
  const lines: string[] = []
  const progress = progressOn(
    (text) => void lines.push(text),
    true,
    () => nowMs,
  )
  progress.show('playing', 0)
  nowMs = 500
  progress.show('playing', 0.1)
  nowMs = 61_000
  progress.show('playing', 0.5)
  progress.show('playing', 1)
  progress.end()
  expect(lines[0]).toContain('estimating')
  expect(lines[1]).toContain('50 %, 1:01 left')
  expect(lines.at(-1)).not.toContain('playing')
  expect(lines).toHaveLength(4)
})
