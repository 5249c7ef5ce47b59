import { setTimeout } from 'node:timers/promises'
import { sqlShiftStore } from '../../../services/actuation/adapters/sql-shift-store.ts'
import { startOf } from '../../../services/actuation/index.ts'
import type { Database } from '../../../services/platform/database/database.ts'
import { clusterWorld, SPEED } from './cluster-world.ts'
import type { runnerFile } from './runner.ts'
import { wholeMove } from './shifts.ts'

const MODELS = 250
const RUNNERS = 2
const KILLS_A_ROUND = 250
/** A runner lives for this long after it has connected, at random. */
const LONGEST_LIFE_MS = 400
const FAULTS = { failing: 0.05, stale: 0.05 }

export interface CrashBench {
  readonly database: Database
  readonly databaseUrl: string
  readonly runners: Awaited<ReturnType<typeof runnerFile>>
}

/**
 * Real processes, really killed: two at a time carry 250 shifts of 500 targets, and each is sent
 * SIGKILL at a random moment and replaced; after 250 kills a round's shifts come to their end, and
 * the next round begins, until so many kills have been made.
 */
export async function crashes(bench: CrashBench, kills: number) {
  const sum = { crashPoints: 0, lostRequests: 0, doubleActions: 0, unsafeStates: 0 }
  const ends: Record<string, number> = {}
  for (let seed = 1; sum.crashPoints < kills; seed++) {
    const round = await oneRound(bench, seed, Math.min(KILLS_A_ROUND, kills - sum.crashPoints))
    sum.crashPoints += round.kills
    sum.lostRequests += round.lostRequests
    sum.doubleActions += round.doubleActions
    sum.unsafeStates += round.unsafeStates
    for (const [end, count] of Object.entries(round.ends)) ends[end] = (ends[end] ?? 0) + count
    console.error(`round ${seed}: ${JSON.stringify(round)}`)
  }
  return { ...sum, ends }
}

async function oneRound(
  { database, databaseUrl, runners }: CrashBench,
  seed: number,
  most: number,
) {
  await database.query('truncate actuation_shift, actuation_target, actuation_lease')
  const store = sqlShiftStore(database, 'bench')
  const world = await clusterWorld({ models: MODELS, seed, ...FAULTS })
  for (const id of world.models) await store.save(id, startOf(wholeMove(id), 0))
  let kills = 0

  /** @returns whether it came to an end of its own, with nothing left to do */
  async function oneLife(): Promise<boolean> {
    const { url, startedMs } = world
    const runner = runners.start(url, databaseUrl, String(startedMs), String(SPEED), 'always')
    await runner.lines.next()
    const doomed = kills < most
    const lifeMs = Math.random() * LONGEST_LIFE_MS
    const ended = await Promise.race([runner.exited, doomed ? setTimeout(lifeMs) : runner.exited])
    if (!ended) runner.child.kill('SIGKILL')
    const [code, signal] = await runner.exited
    if (signal === 'SIGKILL') kills++
    else if (code !== 0) throw new Error(`a runner ended with ${code}`)
    return code === 0
  }
  const keepOneAlive = async () => {
    while (!(await oneLife())) {}
  }
  await Promise.all(Array.from({ length: RUNNERS }, keepOneAlive))
  const result = world.result()
  await world.close()
  return { kills, ...result, ends: await endsOf(database) }
}

async function endsOf(database: Database): Promise<Record<string, number>> {
  const rows = await database.query<{ status: string; count: number }>(
    'select status, count(*) from actuation_shift group by status',
  )
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]))
}
