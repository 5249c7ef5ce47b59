import { describe, expect, it } from 'vitest'
import { whenCommand } from '../../services/cli/commands/when.ts'
import { ExitWith } from '../../services/cli/exit-with.ts'

const HOUR_MS = 3_600_000
const small = 'test/fixtures/fleet/small.yaml'
/** The sun of California is down. */
const NIGHT = '2026-04-14T08:00Z'

async function run(...args: string[]) {
  const said = { out: '', err: '', slept: [] as number[] }
  let nowMs = Date.parse(NIGHT)
  const io = {
    out: (text: string) => {
      said.out += text
    },
    err: (text: string) => {
      said.err += text
    },
    env: {},
    nowMs: () => nowMs,
    isTty: false,
  }
  const sleep = async (ms: number) => {
    said.slept.push(ms)
    nowMs += ms
  }
  const failure = await whenCommand(io, sleep)
    .exitOverride()
    .parseAsync(args, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { ...said, failure, nowMs }
}
const sunny = ['--zone', 'US-CAL-CISO', '--duration', '2h']

describe('gridtide when', () => {
  it('says later, by exit code, where later is cleaner; without any network', async () => {
    const { out, failure } = await run(...sunny, '--deadline', '+24h', '--json')
    expect(failure).toBeInstanceOf(ExitWith)
    expect((failure as ExitWith).code).toBe(75)
    const answer = JSON.parse(out)
    expect(answer.now).toBe(false)
    expect(answer.carbonGPerKwh).toBeLessThan(answer.nowCarbonGPerKwh)
    expect(Date.parse(answer.end) - Date.parse(answer.start)).toBe(2 * HOUR_MS)
  })

  it('says now where there is no time, no gain, or not enough of one', async () => {
    expect((await run(...sunny, '--deadline', '+2h')).out).toMatch(
      /^now, in US-CAL-CISO: \d+ gCO2e/,
    )
    const flat = await run('--zone', 'IS', '--duration', '2h', '--deadline', 'tomorrow')
    expect(flat.failure).toBeUndefined()
    const picky = await run(...sunny, '--deadline', '+24h', '--least-saving', '99')
    expect(picky.failure).toBeUndefined()
  })

  it('waits until then, looking again on the way', async () => {
    const { out, slept, failure, nowMs } = await run(...sunny, '--deadline', '+24h', '--wait')
    expect(failure).toBeUndefined()
    expect(Math.max(...slept)).toBe(900_000)
    expect(out.trim().split('\n').at(-1)).toMatch(/^now/)
    expect(nowMs).toBeGreaterThan(Date.parse(NIGHT) + HOUR_MS)
  })

  it('chooses among the zones of a fleet', async () => {
    const all = await run(
      '--fleet',
      small,
      '--duration',
      '3h',
      '--deadline',
      '+12h',
      '--json',
      '--interruptible',
    )
    expect(JSON.parse(all.out).zone).toMatch(/^[A-Z]/)
  })

  it('compares another zone with running now where the fleet begins, in words and in numbers', async () => {
    const two = ['--fleet', 'config/examples/two-regions.yaml', '--duration', '2h']
    const { out } = await run(...two, '--deadline', '+24h')
    const [, zone, then, now, home, less] = out.match(
      /, in (\w+): (\d+) gCO2e\/kWh instead of (\d+) now in (\w+), (\d+) % less/,
    )!
    expect([zone, home]).toEqual(['SE', 'DE'])
    expect(100 * (1 - Number(then) / Number(now))).toBeCloseTo(Number(less), -0.5)
    const json = JSON.parse((await run(...two, '--deadline', '+24h', '--json')).out)
    expect(json).toMatchObject({ zone: 'SE', nowZone: 'DE' })
    expect(json.savedRatio).toBeCloseTo(1 - json.carbonGPerKwh / json.nowCarbonGPerKwh, 9)
  })

  it.each([
    [['--duration', 'long', '--deadline', '+2h', '--zone', 'DE'], /--duration long/],
    [['--duration', '2h', '--deadline', 'soon', '--zone', 'DE'], /--deadline soon/],
    [['--duration', '2h', '--deadline', '2020-01-01T00:00Z', '--zone', 'DE'], /is past/],
    [['--duration', '2h', '--deadline', '+1h', '--zone', 'DE'], /2 h do not fit before/],
    [
      ['--duration', '200h', '--deadline', '+250h', '--zone', 'DE'],
      /--duration 200h: nobody knows/,
    ],
    [['--duration', '2h', '--deadline', '+4h', '--zone', 'XX'], /nothing is known/],
    [
      ['--duration', '2h', '--deadline', '+4h', '--zone', 'DE', '--least-saving', 'x'],
      /--least-saving/,
    ],
    [['--duration', '2h', '--deadline', '+4h'], /name a fleet file/],
  ])('refuses %j', async (args, words) => {
    expect(String((await run(...args)).failure)).toMatch(words)
  })
})
