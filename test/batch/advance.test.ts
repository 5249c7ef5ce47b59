import { describe, expect, it } from 'vitest'
import { advance, placeJob, untouched } from '../../services/batch/index.ts'
import { asMap, at, cleanAt, ELASTIC, job, outlook, T0_MS } from './jobs.ts'

const placed = (pieces: readonly { startMs: number; endMs: number; level: number }[]) => ({
  region: 'here',
  pieces,
  safe: true,
  energyKwh: 0,
  carbonG: 0,
  costUsd: 0,
})
const elastic = job({ interruptible: true, levels: ELASTIC, work: 8, startHours: 0.5 })

describe('a job that runs as planned', () => {
  it('has not begun before its first piece', () => {
    const { progress, ran } = advance(
      elastic,
      untouched(elastic),
      placed([{ startMs: at(2), endMs: at(4), level: 0 }]),
      at(0),
      at(1),
    )
    expect([progress, ran]).toEqual([{ workLeft: 8 }, []])
  })

  it('pays for each GPU it adds, once, and goes on from where it was', () => {
    const plan = placed([
      { startMs: at(0), endMs: at(2), level: 0 },
      { startMs: at(2), endMs: at(4), level: 1 },
    ])
    const half = advance(elastic, untouched(elastic), plan, at(0), at(1))
    expect(half.progress).toEqual({ workLeft: 7.5, region: 'here', level: 0 })
    const rest = advance(elastic, half.progress, plan, at(1), at(3))
    expect(rest.progress).toEqual({ workLeft: 7.5 - 1 - 1.5, region: 'here', level: 1 })
    expect(rest.ran).toHaveLength(2)
  })

  it('stands still between pieces, and ends with nothing left', () => {
    const plan = placed([{ startMs: at(0), endMs: at(1), level: 2 }])
    const stopped = advance(elastic, untouched(elastic), plan, at(0), at(2))
    expect(stopped.progress).toEqual({ workLeft: 6, region: 'here' })
    const idle = advance(elastic, { workLeft: 6, region: 'here', level: 0 }, plan, at(2), at(3))
    expect(idle.progress).toEqual({ workLeft: 6, region: 'here' })
    expect(advance(elastic, { workLeft: 1 }, plan, at(0), at(1)).progress.workLeft).toBe(0)
    const nothing = advance(elastic, { workLeft: 6, region: 'here', level: 0 }, plan, at(3), at(3))
    expect(nothing.progress.level).toBe(0)
  })

  it('is done when its plan is, hour by hour', () => {
    const one = job({ interruptible: true, work: 4, startHours: 1 / 6 })
    const options = { nowMs: T0_MS, outlooks: asMap(outlook(cleanAt(10))) }
    const plan = placeJob(one, untouched(one), options)!
    let { progress } = advance(one, untouched(one), plan, at(0), at(1))
    for (let hour = 1; hour < 24; hour++)
      progress = advance(one, progress, plan, at(hour), at(hour + 1)).progress
    expect(progress.workLeft).toBeCloseTo(0, 6)
  })

  it('is done at the end of its plan, however often it was looked at on the way', () => {
    const short = job({ interruptible: true, work: 0.1, startHours: 0 })
    const plan = placed([{ startMs: at(0), endMs: at(0.1), level: 0 }])
    for (let looks = 1; looks <= 60; looks++) {
      let progress = untouched(short)
      for (let look = 0; look < looks; look++) {
        const [fromMs, toMs] = [at((0.1 * look) / looks), at((0.1 * (look + 1)) / looks)]
        progress = advance(short, progress, plan, fromMs, toMs).progress
      }
      expect(progress.workLeft).toBe(0)
    }
  })

  it('is not done where a millionth of its work is left', () => {
    const plan = placed([{ startMs: at(0), endMs: at(8), level: 0 }])
    const nearly = { workLeft: 8e-6, region: 'here' }
    expect(advance(elastic, nearly, plan, at(9), at(10)).progress.workLeft).toBe(8e-6)
  })
})
