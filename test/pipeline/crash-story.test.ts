import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../services/platform/database/migrate.ts'
import { caseCount } from '../support/case-count.ts'
import { crashStory, type StoryEnd } from '../support/crash-story.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'

describe('a process that dies while it brings a plan to targets and subscribers', () => {
  let fresh: FreshDatabase
  let free: { readonly points: number; readonly end: StoryEnd }

  beforeAll(async () => {
    fresh = await embeddedEngine.open()
    await migrate(fresh.db)
    free = await crashStory(fresh.db, 'acme', [])
  })
  afterAll(() => fresh?.destroy())

  const endAfter = async (...crashes: number[]) => {
    const { crashed, end } = await crashStory(fresh.db, 'acme', crashes)
    expect(crashed, crashes.join()).toBe(crashes.length)
    return end
  }

  it('moves what serves, tells of each step once and in order', () => {
    expect(free.end).toEqual({
      currentVersion: 2,
      running: {
        'eu-north/llama/H100-tp2-pp1-fp8-b64': 0,
        'eu-central/llama/H100-tp2-pp1-fp8-b64': 3,
      },
      told: [
        'eu-north/llama/H100-tp2-pp1-fp8-b64 2 by 1',
        'eu-central/llama/H100-tp2-pp1-fp8-b64 3 by 2',
        'eu-north/llama/H100-tp2-pp1-fp8-b64 0 by 2',
      ],
      events: ['plan.changed', 'shift.ended', 'plan.changed', 'shift.ended'],
      undelivered: 0,
      unfinishedShifts: 0,
    })
  })

  // `npm run bench:crash-points` goes to every point, and to every pair.
  it('comes to the same end from wherever it died, also twice', async () => {
    const stride = Math.max(1, Math.floor(free.points / caseCount(24)))
    for (let first = 0; first < free.points; first += stride) {
      expect(await endAfter(first), String(first)).toEqual(free.end)
      expect(await endAfter(first, (first * 7) % 20), String(first)).toEqual(free.end)
    }
  }, 120_000)
})
