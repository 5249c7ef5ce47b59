import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { doctorCommand } from '../../services/cli/commands/doctor.ts'
import { gridCommand } from '../../services/cli/commands/grid.ts'
import { watchedHttp } from '../../services/cli/watched-http.ts'
import { UpstreamRefused } from '../../services/domain/errors.ts'
import { checkProvider, type GridProvider } from '../../services/grid/index.ts'
import type { HttpClient } from '../../services/platform/http.ts'
import { average, DAY_MS, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'
import { scriptedHttp } from '../support/scripted-http.ts'

const small = 'test/fixtures/fleet/small.yaml'

const run = (...args: string[]) =>
  runWith(
    scriptedHttp(() => ({})),
    ...args,
  )

async function runWith(http: HttpClient, ...args: string[]) {
  const said = { out: '', err: '' }
  const io = {
    out: (text: string) => {
      said.out += text
    },
    err: (text: string) => {
      said.err += text
    },
    env: {},
    nowMs: () => NOW_MS,
    isTty: false,
  }
  const program = new Command()
    .exitOverride()
    .addCommand(gridCommand(io, http))
    .addCommand(doctorCommand(io))
  const failure = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (error: unknown) => error,
  )
  return { ...said, failure }
}

describe('gridtide grid', () => {
  it('prints now for every zone of the fleet, and one zone as data', async () => {
    const all = await run('grid', 'now', '--fleet', small)
    expect(all.failure).toBeUndefined()
    expect(all.out).toMatch(/gCO2e\/kWh/)
    const [zone] = /(?<=│ )[A-Z]{2}[A-Z-]*/.exec(all.out)!
    const one = await run('grid', 'now', zone, '--fleet', small, '--json')
    expect(JSON.parse(one.out)[0]).toMatchObject({ zone, quality: 'climatology' })
    const forecast = await run('grid', 'forecast', zone, '--fleet', small, '--hours', '3', '--json')
    expect(JSON.parse(forecast.out).windows).toHaveLength(3)
    expect((await run('grid', 'forecast', zone, '--fleet', small)).out).toMatch(/climatology/)
    expect((await run('grid', 'history', zone, '--fleet', small)).out).toMatch(/from/)
    const history = await run('grid', 'history', zone, '--fleet', small, '--json')
    expect(JSON.parse(history.out).slots).toEqual([])
    expect(String((await run('grid', 'score', zone, '--fleet', small)).failure)).toMatch(
      /come true/,
    )
  })

  it.each([
    [['grid', 'now'], /name a fleet file/],
    [['grid', 'forecast', '--fleet', small], /name a zone/],
    [['grid', 'now', '--fleet', small, '--at', 'soon'], /--at soon/],
    [['grid', 'history', 'DE', '--fleet', small, '--hours', '0'], /whole hours/],
    [['grid', 'now', 'MOON', '--fleet', small], /no region of the fleet/],
  ])('%j fails in one line', async (args, message) => {
    expect(String((await run(...args)).failure)).toMatch(message)
  })
})

describe('gridtide grid on recorded files', () => {
  /** Thirty days of a sunny grid, and of daily forecasts that are a tenth too high. */
  async function recorded() {
    const folder = await mkdtemp(join(tmpdir(), 'gridtide-cli-'))
    const stamp = (ms: number) => new Date(ms).toISOString()
    const hours = (fromMs: number, count: number) =>
      Array.from({ length: count }, (_, hour) => fromMs + hour * HOUR_MS)
    const issues = Array.from({ length: 30 }, (_, day) => NOW_MS - day * DAY_MS)
    const forecasts = issues.flatMap((issued) =>
      hours(issued, 48).map((ms) => `DE,${stamp(issued)},${stamp(ms)},${1.1 * sunny(ms)}`),
    )
    const history = hours(NOW_MS - 30 * DAY_MS, 30 * 24).map((ms) => `DE,${stamp(ms)},${sunny(ms)}`)
    const file = async (name: string, head: string, rows: readonly string[]) =>
      writeFile(join(folder, name), [head, ...rows, ''].join('\n'))
    await file('forecasts.csv', 'zone,issued_utc,target_utc,gco2_per_kwh', forecasts)
    await file('history.csv', 'zone,datetime_utc,gco2_per_kwh', history)
    const fleet = parse(await readFile(small, 'utf8'))
    fleet.grid = {
      sources: [{ source: 'csv', forecasts: 'forecasts.csv', history: 'history.csv' }],
    }
    for (const region of fleet.regions) region.zone = 'DE'
    await writeFile(join(folder, 'fleet.yaml'), stringify(fleet))
    return join(folder, 'fleet.yaml')
  }

  it('scores what was forecast, and blends by it', async () => {
    const fleet = await recorded()
    const score = JSON.parse((await run('grid', 'score', 'DE', '--fleet', fleet, '--json')).out)
    expect(score.issues).toBe(14)
    expect(score.mapeByDay.provider).toHaveLength(2)
    expect(score.mapeByDay.provider[0]).toBeCloseTo(10, 6)
    const printed = (await run('grid', 'score', 'DE', '--fleet', fleet)).out
    expect(printed).toMatch(/provider +│ 10\.0 \/ 10\.0/)
    expect(printed).toMatch(/^14 issues; 80 % band held [\d.]+ %; skill by day: /m)
    const forecast = (await run('grid', 'forecast', 'DE', '--fleet', fleet, '--json')).out
    expect(JSON.parse(forecast).windows[3]).toMatchObject({ quality: 'blended' })
  })
})

describe('gridtide grid --url', () => {
  const window = {
    startMs: NOW_MS,
    endMs: NOW_MS + HOUR_MS,
    carbonGPerKwh: 42,
    lowGPerKwh: 40,
    highGPerKwh: 44,
    quality: 'blended',
    source: 'blend',
    timeShift: false,
  }
  const answers: Record<string, unknown> = {
    '/v1/regions': { items: [{ zone: 'SE' }, { zone: 'SE' }] },
    '/v1/grid/SE/now': { zone: 'SE', ...window, rung: 'live', reasons: ['neso: away'] },
    '/v1/grid/SE/forecast': { zone: 'SE', windows: [window], reasons: ['no skill here'] },
    '/v1/grid/SE/history': { zone: 'SE', quality: 'live', slots: [] },
  }
  const service = scriptedHttp(({ url }) => {
    const json = answers[new URL(url).pathname]
    return json
      ? { json }
      : { status: 404, json: { detail: 'no forecast of SE has come true yet' } }
  })
  const ask = (...args: string[]) => runWith(service, 'grid', ...args, '--url', 'http://service')

  it('asks a running service', async () => {
    const now = await ask('now')
    expect(now.out).toMatch(/SE +│ 42\.0 .*blended, day's mean/)
    expect(now.err).toBe('SE: neso: away\n')
    expect((await ask('forecast', 'SE')).err).toBe('no skill here\n')
    expect((await ask('history', 'SE')).err).toBe('no measured value of SE is held\n')
  })

  it('says what the service says is wrong', async () => {
    expect(String((await ask('score', 'SE')).failure)).toMatch(/has come true yet/)
    expect(String((await ask('now', '--at', '2026-01-01T00:00Z')).failure)).toMatch(
      /--at and --url/,
    )
  })
})

describe('gridtide doctor', () => {
  it('prints one line a source and zone, one for the clock and one a backend', async () => {
    const { out, failure } = await run('doctor', '--fleet', small)
    expect(failure).toBeUndefined()
    expect(out).toMatch(/^ok {3}climatology [A-Z-]+: average\/lifecycle, 96 h ahead$/m)
    expect(out).toMatch(/^ok {3}clock: no service told the time$/m)
    expect(out).toMatch(/^ok {3}dry-run \(dry-run\) a\/chat\/\S+: may be steered, to zero too$/m)
    expect(JSON.parse((await run('doctor', '--fleet', small, '--json')).out).checks[0].ok).toBe(
      true,
    )
  })

  it('tells what to do about a provider that does not work', async () => {
    const provider = (forecast: GridProvider['forecast']): GridProvider => ({
      ...average,
      name: 'p',
      forecast,
      access: async () => 'everything',
    })
    const check = (each: GridProvider) => checkProvider(each, 'DE', NOW_MS)
    const refused = provider(async () => {
      throw new UpstreamRefused('answered 401', { upstream: 'p', httpStatus: 401 })
    })
    await expect(check(refused)).resolves.toMatchObject({
      ok: false,
      words: expect.stringMatching(/check the key/),
    })
    const stale = provider(async () => hourlySeries(0, 1, sunny, 'forecast'))
    await expect(check(stale)).resolves.toMatchObject({
      ok: false,
      words: expect.stringMatching(/stale/),
    })
    const good = provider(async () => hourlySeries(NOW_MS, 24, sunny, 'forecast'))
    await expect(check(good)).resolves.toMatchObject({ ok: true, horizonHours: 24 })
    const broken = provider(() => Promise.reject(new TypeError('bug')))
    await expect(check(broken)).rejects.toThrow('bug')
  })

  it('notices a wrong clock', async () => {
    const http = scriptedHttp(() => ({
      headers: { date: new Date(NOW_MS + 90_000).toUTCString() },
    }))
    const watched = watchedHttp(http, () => NOW_MS)
    expect(watched.skewSeconds()).toBeUndefined()
    await watched.http.send('x', { url: 'https://x' })
    expect(watched.skewSeconds()).toBe(90)
    const silent = watchedHttp(
      scriptedHttp(() => ({})),
      () => NOW_MS,
    )
    await silent.http.send('x', { url: 'https://x' })
    expect(silent.skewSeconds()).toBeUndefined()
  })
})
