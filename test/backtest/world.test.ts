import { describe, expect, test } from 'vitest'
import { drawTruth, normal } from '../../services/backtest/truth.ts'
import { openWorld } from '../../services/backtest/world.ts'
import { arenaOf, decide, LEAD, pointOf, recordOf, WINDOW_SECONDS } from './playground.ts'

const flat = (value: number) => new Float64Array(LEAD + 96).fill(value)
const record = (dirty: number, clean = 0) =>
  recordOf(24, { demand: [[flat(dirty), flat(clean)]], actual: [flat(1000), flat(100)] })
const kwhOf = (watts: number, seconds: number) => (1.2 * watts * seconds) / 3_600_000

function play(
  steps: readonly (readonly [number, number] | undefined)[],
  rate: number,
  arena = arenaOf(),
) {
  const world = openWorld(arena, record(rate), drawTruth(arena, 0))
  for (const [i, step] of steps.entries()) {
    const decision =
      step &&
      decide(arena, [
        ['dirty', 'H100-tp1', step[0]],
        ['clean', 'H100-tp1', step[1]],
      ])
    world.step(LEAD + i, decision)
  }
  return world
}

describe('the simulated world', () => {
  test('charges idle, host and load with PUE, at the intensity of the region', () => {
    const { ledger } = play([[2, 0]], 150)
    // Two replicas idle with their host share, and 4 J for each token: (500 - 100) W / 100 tokens/s.
    const idle = kwhOf(2 * (100 + 50), WINDOW_SECONDS)
    const load = kwhOf(150 * 4, WINDOW_SECONDS)
    expect(ledger.partsKwh.idle).toBeCloseTo(idle, 9)
    expect(ledger.partsKwh.load).toBeCloseTo(load, 9)
    expect(ledger.carbonG).toBeCloseTo(1000 * (idle + load), 6)
    expect(ledger).toMatchObject({ starts: 0, lateTokens: 0, lostTokens: 0, tokens: 135_000 })
    expect(ledger.gpuHours).toBeCloseTo(0.5, 9)
    expect(ledger.embodiedG).toBeCloseTo(3.5, 9)
    expect(ledger.costUsd).toBeCloseTo(1, 9)
    expect(ledger.latencyTokenMs / ledger.tokens).toBeCloseTo(5, 9)
  })

  test('lets what finds no room wait one window, and then gives it up', () => {
    const { ledger, missed } = play([[1, 0], undefined, undefined], 150)
    // 50 of 150 tokens/s are late in the first window; they are then served first, and 100 wait.
    expect(ledger.lateTokens).toBeCloseTo((50 + 100 + 150) * WINDOW_SECONDS, 3)
    expect(ledger.lostTokens).toBeCloseTo(0 + 0 + 0, 3)
    expect(missed(0)).toBe(true)
    expect(ledger.missedWindows).toBe(3)
    const longer = play([[1, 0], undefined, undefined, undefined], 150)
    expect(longer.ledger.lostTokens).toBeCloseTo(50 * WINDOW_SECONDS, 3)
  })

  test('spills over to another region that has room, before anything is late', () => {
    const { ledger } = play([[1, 1]], 150)
    expect(ledger.lateTokens).toBe(0)
    expect(ledger.latencyTokenMs / ledger.tokens).toBeCloseTo((100 * 5 + 50 * 30) / 150, 6)
  })

  test('a new replica serves only when it is ready, and costs its start', () => {
    const { ledger } = play(
      [
        [1, 0],
        [2, 0],
      ],
      150,
    )
    // The first window leaves 50/s waiting; in the second 200/s are offered. For 120 s one serves.
    const offered = 200
    const served = 120 * 100 + (WINDOW_SECONDS - 120) * Math.min(200, offered)
    const late = 50 * WINDOW_SECONDS + (150 * WINDOW_SECONDS - (served - 50 * WINDOW_SECONDS))
    expect(ledger.lateTokens).toBeCloseTo(late, 3)
    expect(ledger.starts).toBe(1)
    expect(ledger.partsKwh.start).toBeCloseTo((1.2 * 12_000) / 3_600_000, 12)
    // It holds its GPU while it starts.
    expect(ledger.gpuHours).toBeCloseTo(0.25 + 0.5, 9)
  })

  test('a decision made later in a window leaves what was before it as it was', () => {
    const arena = arenaOf()
    const world = openWorld(arena, record(100), drawTruth(arena, 0))
    world.step(LEAD, decide(arena, [['dirty', 'H100-tp1', 1]]))
    world.step(LEAD + 1, decide(arena, [['dirty', 'H100-tp1', 2]]), 60)
    const idle = (seconds: number) => kwhOf(150 * seconds, 1)
    // One replica for a minute and the start's two, then both; started late, it holds its GPU as late.
    expect(world.ledger.partsKwh.idle).toBeCloseTo(idle(2 * WINDOW_SECONDS + 720), 9)
    expect(world.ledger.gpuHours).toBeCloseTo(0.25 + (60 + 2 * 840) / 3600, 9)
    const other = openWorld(arena, record(100), drawTruth(arena, 0))
    other.step(LEAD, decide(arena, [['dirty', 'H100-tp1', 1]]), 60)
    // Nothing ran in the first minute: a fifteenth of the window's traffic waits.
    expect(other.ledger.lateTokens).toBeCloseTo(60 * 100, 6)
  })

  test('make before break: the old serve until the new are ready, and drain', () => {
    const { ledger } = play(
      [
        [2, 0],
        [0, 2],
      ],
      150,
    )
    expect(ledger.lateTokens).toBe(0)
    // 120 s of overlap, in which the old ones idle and the new ones start.
    expect(ledger.gpuHours).toBeCloseTo(0.5 + (2 * 120 + 2 * WINDOW_SECONDS) / 3600, 9)
    const drained = play(
      [
        [2, 0],
        [1, 0],
      ],
      50,
    )
    expect(drained.ledger.gpuHours).toBeCloseTo(0.5 + (WINDOW_SECONDS + 30) / 3600, 9)
  })

  test('where old and new do not fit together, the old go first', () => {
    const arena = arenaOf({ gpus: 8, points: [pointOf(8, 600), pointOf(4, 360)] })
    const world = openWorld(arena, record(300), drawTruth(arena, 0))
    world.step(LEAD, decide(arena, [['dirty', 'H100-tp8', 1]]))
    world.step(LEAD + 1, decide(arena, [['dirty', 'H100-tp4', 2]]))
    // Nothing serves while the new ones start.
    expect(world.ledger.lateTokens).toBeCloseTo(120 * 300, 3)
    expect(world.ledger.gpuHours).toBeCloseTo(2 + 2, 9)
    world.step(LEAD + 2)
    expect(world.ledger.missedWindows).toBe(1)
  })

  test('a start that takes longer than a window goes on through the next', () => {
    const arena = arenaOf({ points: [pointOf(1, 100, { startSeconds: 1000 })] })
    const { ledger } = play([[1, 0], [2, 0], undefined, undefined], 150, arena)
    // Ready 100 s into the third window; another decision on the way does not begin it anew.
    const again = play([[1, 0], [2, 0], [2, 0], undefined], 150, arena)
    expect(again.ledger.starts).toBe(1)
    expect(again.ledger.lateTokens).toBeCloseTo(ledger.lateTokens, 6)
  })

  test('more than the pools hold is cut', () => {
    const { state } = play([[100, -3]], 50)
    expect([...state.target[0]!].reduce((a, b) => a + b, 0)).toBe(64)
  })

  test('freed GPUs of releasable regions draw parked power until they are gone', () => {
    const { ledger } = play(
      [
        [2, 0],
        [1, 0],
      ],
      50,
    )
    expect(ledger.partsKwh.parked).toBeCloseTo(kwhOf(60, 600), 12)
  })

  test('reserved GPUs draw parked power for ever', () => {
    const arena = arenaOf({ ownership: 'reserved' })
    const { ledger } = play([[2, 0]], 150, arena)
    expect(ledger.partsKwh.parked).toBeCloseTo(kwhOf((64 - 2 + 16) * 60, WINDOW_SECONDS), 9)
    expect(ledger.costUsd).toBeCloseTo((80 * 2) / 4, 9)
  })

  test('books marginal carbon apart, where it is recorded', () => {
    const arena = arenaOf()
    const both = { ...record(150), marginal: [flat(500), flat(600)] }
    const world = openWorld(arena, both, drawTruth(arena, 0))
    world.step(LEAD, decide(arena, [['dirty', 'H100-tp1', 2]]))
    expect(world.ledger.marginalG).toBeCloseTo(world.ledger.energyKwh * 500, 9)
  })
})

describe('the hidden truth', () => {
  test('seed 0 is the fit itself; others differ by as much as the fit is unsure', () => {
    const arena = arenaOf()
    const [bin] = arena.models[0]!.bins
    expect(drawTruth(arena, 0).tokenJoules[0]![0]).toBe(bin!.tokenJoules)
    const logs = Array.from({ length: 2000 }, (_, seed) => {
      const joules = drawTruth(arena, seed + 1).tokenJoules[0]![0]!
      return Math.log((joules * bin!.capacity + 100) / 500)
    })
    const sd = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length)
    expect(sd).toBeGreaterThan(0.045)
    expect(sd).toBeLessThan(0.055)
  })

  test('is the same in every region, and by seed', () => {
    const arena = arenaOf()
    const { tokenJoules } = drawTruth(arena, 7)
    expect(tokenJoules[0]![0]).toBe(tokenJoules[0]![3])
    expect(drawTruth(arena, 7)).toEqual(drawTruth(arena, 7))
    expect(normal(1, 2, 3)).not.toBe(normal(1, 3, 2))
  })
})
