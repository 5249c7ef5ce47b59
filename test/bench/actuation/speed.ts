import { sqlShiftStore } from '../../../services/actuation/adapters/sql-shift-store.ts'
import { startOf } from '../../../services/actuation/index.ts'
import { SITES } from './cluster-model.ts'
import { clusterWorld } from './cluster-world.ts'
import type { CrashBench } from './crashes.ts'
import { oneChange } from './shifts.ts'

export const TARGETS = 500
/** Told before the clock starts: a worker that acts has long compiled its code. */
const WARM_UP = 60

/**
 * Changes every target once, by one process with 16 moves at a time, over the real store and
 * adapters, against an API server that takes 0 to 10 ms for each answer.
 *
 * @returns seconds for all of them; from the moment a worker takes a move up to its first write at
 *   the API server, p50 and p99 over the targets
 */
export async function speed({ database, databaseUrl, runners }: CrashBench) {
  await database.query('truncate actuation_shift, actuation_target, actuation_lease')
  const store = sqlShiftStore(database, 'bench')
  const world = await clusterWorld({
    models: (TARGETS + WARM_UP) / 2,
    seed: 1,
    failing: 0,
    stale: 0,
  })
  const shifts = world.models.flatMap((model) => SITES.map((site) => oneChange(model, site)))
  const firstPatchMs = new Map<string, number>()
  world.onPatch((path, atMs) => {
    const id = /(m\d+-(dirty|clean))/.exec(path)![1]!
    if (!firstPatchMs.has(id)) firstPatchMs.set(id, atMs)
  })
  const { url, startedMs } = world
  const { child, lines, exited } = runners.start(url, databaseUrl, String(startedMs), '1', 'once')
  const go = async (some: typeof shifts): Promise<Record<string, number>> => {
    for (const shift of some) await store.save(shift.id, startOf(shift, 0))
    const since = performance.now()
    child.stdin!.write('go\n')
    const { value } = await lines.next()
    return { ...JSON.parse(value), seconds: (performance.now() - since) / 1000 }
  }
  await lines.next()
  await go(shifts.slice(TARGETS))
  const { seconds, ...takenUpMs } = await go(shifts.slice(0, TARGETS))
  child.stdin!.end()
  await exited
  await world.close()
  const waitsMs = shifts
    .slice(0, TARGETS)
    .map(({ id }) => firstPatchMs.get(id)! - takenUpMs[id]!)
    .sort((a, b) => a - b)
  const at = (share: number) => waitsMs[Math.floor(waitsMs.length * share)]!
  return { seconds: seconds!, p50Ms: at(0.5), p99Ms: at(0.99) }
}
