/**
 * The whole service in one process, on a clock that its parent sets: each message is one cycle, from
 * its tick until nothing is left to do. Its options come as JSON.
 */
import { setAhead } from './hasty-clock.ts'

const { readEnv } = await import('../../../config/env.ts')
const { buildApp } = await import('../../../services/api/index.ts')
const { localWork } = await import('../../../services/cli/local-work.ts')
const { parseFleet } = await import('../../../services/fleet/index.ts')
const { JOB_NAMES } = await import('../../../services/queue/index.ts')
const { apiPorts } = await import('../../../services/wiring/api-ports.ts')
const { openService } = await import('../../../services/wiring/service.ts')
const { stepPorts } = await import('../../../services/wiring/steps.ts')
const { beginWork } = await import('../../../workers/begin-work.ts')
const { patientQueue } = await import('../../../workers/patient-queue.ts')
const { startWorkers } = await import('../../../workers/start-workers.ts')
const { openLog } = await import('../../../services/platform/log.ts')
const { tablesInOrder } = await import('../../../services/platform/database/tables.ts')

import { readFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Asked, Told } from './messages.ts'

const DAY_MS = 86_400_000
const LOOK_MS = 20
const { fleetFile, env } = JSON.parse(process.argv[2]!) as {
  fleetFile: string
  env: Record<string, string>
}
const service = await openService({
  env: readEnv(env),
  secrets: env,
  fleetFile,
  fleet: parseFleet(await readFile(fleetFile, 'utf8'), { fileName: fleetFile }),
  fleetHash: 'soak',
  log: openLog('error'),
})
const { queue, stores, database } = service
const security = { mode: 'open', tenant: 'default' } as const
const app = await buildApp(apiPorts(service), { security, version: '0.0.0' })
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const steps = stepPorts(service)
const patient = patientQueue(queue, {
  ended: new AbortController().signal,
  warn: (message) => service.log.warn(message),
})
await startWorkers(patient, steps)
const models = service.fleet.models.map(({ id }) => id)
// The clock of plans does not strike by itself: each cycle is a tick that is told.
const beginning = { queue, models, tickMs: DAY_MS, nowMs: () => Date.now() }
await beginWork({ ...beginning, queue: patient })
const local = await localWork(service, steps, beginning)

const newest = async () => (await stores.plans.newest())?.version ?? 0

async function quiet(): Promise<boolean> {
  for (const name of JOB_NAMES) {
    const { waiting, active, blocked } = await queue.counts(name)
    if (waiting + active + blocked > 0) return false
  }
  return true
}

async function cycle({ number, aheadMs, chores }: Asked): Promise<void> {
  setAhead(aheadMs)
  const before = await newest()
  await queue.add({ name: 'tick', payload: { clock: 'soak' }, id: `soak-${number}` })
  while ((await newest()) === before) await pause(LOOK_MS)
  for (const chore of chores) await local[chore]()
  while (!(await quiet())) await pause(LOOK_MS)
}

async function rows(): Promise<Record<string, number>> {
  const counted: Record<string, number> = {}
  for (const table of await tablesInOrder(database)) {
    const [row] = await database.query<{ n: number }>(`select count(*)::int as n from ${table}`)
    counted[table] = row!.n
  }
  return counted
}

const inspector = new Session()
inspector.connect()
const tell = (told: Told) => process.send!(told)
process.on('message', (asked: Asked | 'rows') => {
  const work = asked === 'rows' ? rows().then((counted) => tell({ rows: counted })) : turn(asked)
  work.catch((error: unknown) => tell({ failed: String((error as Error).stack) }))
})
async function turn(asked: Asked): Promise<void> {
  await cycle(asked)
  if (!asked.look) {
    tell({})
    return
  }
  const rssBefore = process.memoryUsage.rss()
  // Between two collections memory goes up and down by more than a leak would add in a day; and what
  // `gc` frees stays resident for a while.
  await inspector.post('HeapProfiler.collectGarbage')
  tell({ memory: { ...process.memoryUsage(), rssBefore } })
}
while ((await newest()) === 0) await pause(LOOK_MS)
tell({ url })
