import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { doctorCommand } from '../../services/cli/commands/doctor.ts'
import { gridCommand } from '../../services/cli/commands/grid.ts'
import { watchedHttp } from '../../services/cli/watched-http.ts'
import { UpstreamRefused } from '../../services/domain/errors.ts'
import { checkProvider, type GridProvider } from '../../services/grid/index.ts'
import { average, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'
import { scriptedHttp } from '../support/scripted-http.ts'

const small = 'test/fixtures/fleet/small.yaml'

async function run(...args: string[]) {
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
    .addCommand(gridCommand(io))
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
