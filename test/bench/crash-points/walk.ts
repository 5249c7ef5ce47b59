import type { Database } from '../../../services/platform/database/database.ts'
import { crashStory, type StoryEnd } from '../../support/crash-story.ts'

export interface Walk {
  /** Runs of the story, each with another choice of crashes. */
  readonly runs: number
  readonly crashes: number
  /** Calls to the outside of a run without crashes, before and after each. */
  readonly points: number
  /** Runs with one crash, two and three. */
  readonly byCrashes: Readonly<Record<number, number>>
  /** Runs whose end was another than without crashes, and the first of them. */
  readonly otherEnd: number
  readonly examples: readonly { readonly crashes: readonly number[]; readonly end: StoryEnd }[]
  /** Webhooks that were sent once more, under the id that they had. */
  readonly repeatedWebhooks: number
  readonly webhooks: number
}

const EXAMPLES = 5

/**
 * One crash at every point; then every pair of a point and another while recovering from it; then
 * threes, drawn with `random`, until there were so many runs.
 *
 * @param lanes stories side by side, each of a tenant of its own
 * @param random in [0, 1)
 */
export async function walk(
  db: Database,
  { runs, lanes, random }: { runs: number; lanes: number; random: () => number },
  tell: (soFar: Walk) => void,
): Promise<Walk> {
  const free = await crashStory(db, 'lane-0', [])
  const wanted = JSON.stringify(free.end)
  const found = {
    runs: 0,
    crashes: 0,
    points: free.points,
    byCrashes: {} as Record<number, number>,
    otherEnd: 0,
    examples: [] as { crashes: readonly number[]; end: StoryEnd }[],
    repeatedWebhooks: 0,
    webhooks: 0,
  }

  async function run(lane: number, crashes: readonly number[]): Promise<number> {
    const { crashed, received, end } = await crashStory(db, `lane-${lane}`, crashes)
    found.runs++
    found.crashes += crashed
    found.byCrashes[crashed] = (found.byCrashes[crashed] ?? 0) + 1
    found.webhooks += received
    found.repeatedWebhooks += received - end.events.length
    if (JSON.stringify(end) !== wanted) {
      found.otherEnd++
      if (found.examples.length < EXAMPLES) found.examples.push({ crashes, end })
    }
    if (found.runs % 1_000 === 0) tell(found)
    return crashed
  }

  /** Each lane takes the next as soon as it is through with the one before. */
  async function shareOut(next: () => readonly number[] | undefined, all: typeof run) {
    const one = async (_: unknown, lane: number) => {
      for (let crashes = next(); crashes && found.runs < runs; crashes = next()) {
        await all(lane, crashes)
      }
    }
    await Promise.all(Array.from({ length: lanes }, one))
  }

  const eachPoint = () => {
    let point = 0
    return () => (point < free.points ? [point++] : undefined)
  }
  await shareOut(eachPoint(), run)
  await shareOut(eachPoint(), async (lane, [first]) => {
    for (let second = 0; found.runs < runs; second++) {
      if ((await run(lane, [first!, second])) < 2) break // it recovered before that many calls
    }
    return 0
  })
  const anywhere = () => Math.floor(random() * free.points)
  await shareOut(() => [anywhere(), anywhere(), anywhere()], run)
  return found
}
