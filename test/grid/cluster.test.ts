import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { bundleChild } from '../support/bundle-child.ts'
import { freshServerDatabase, postgresEngine } from '../support/engines.ts'
import { type GridServer, startGridServer } from '../support/grid-server.ts'

const PROCESSES = 3
const ZONES = ['DE', 'SE', 'PL', 'ES']
const PROGRAM = join(import.meta.dirname, '../support/reader-child.ts')
const HOUR_MS = 3_600_000

describe.skipIf(postgresEngine.skip)('processes of one cluster', () => {
  let grid: GridServer
  let drop: () => Promise<void>
  let program: Awaited<ReturnType<typeof bundleChild>>
  let processes: ChildProcess[]

  beforeAll(async () => {
    const day = Array.from({ length: 24 }, (_, hour) => 300 + 10 * hour)
    const series = { startMs: 0, hourlyGPerKwh: day }
    grid = await startGridServer(Object.fromEntries(ZONES.map((zone) => [zone, series])))
    const server = await freshServerDatabase()
    drop = server.drop
    const db = openPostgres(server.url)
    await migrate(db)
    await db.close()
    program = await bundleChild(PROGRAM)
    const start = () => fork(program.path, [server.url, grid.url], { stdio: 'inherit' })
    processes = Array.from({ length: PROCESSES }, start)
    await Promise.all(processes.map((process) => once(process, 'message')))
  }, 120_000)
  afterAll(async () => {
    const ended = processes.map((process) => once(process, 'exit'))
    for (const process of processes) process.disconnect()
    await Promise.all([...ended, program.remove()])
    await grid.close()
    await drop()
  })

  /** Every process reads every zone at once. */
  async function readAll(nowMs: number) {
    const before = grid.requests.length
    const answers = processes.map((process) => once(process, 'message'))
    for (const process of processes) process.send([nowMs, ...ZONES])
    const rungs = (await Promise.all(answers)).flatMap(([answer]) => answer)
    const forecasts = grid.requests.slice(before).filter((url) => url.includes('/forecast'))
    return {
      rungs,
      asked: forecasts.map((url) => new URL(url, 'http://x').searchParams.get('zone')),
    }
  }

  it('ask once for a zone and issue, and all know the answer', async () => {
    const nowMs = Date.now()
    const first = await readAll(nowMs)
    expect(first.asked.toSorted()).toEqual(ZONES.toSorted())
    expect(first.rungs).toEqual(new Array(PROCESSES * ZONES.length).fill('live'))
    expect((await readAll(nowMs + 60_000)).asked).toEqual([])
    expect((await readAll(nowMs + 10 * 60_000)).asked.toSorted()).toEqual(ZONES.toSorted())
  })

  it('do not storm a provider that is away', async () => {
    grid.fail(404)
    const { asked, rungs } = await readAll(Date.now() + 2 * HOUR_MS)
    expect(asked.length).toBeLessThanOrEqual(ZONES.length)
    expect(new Set(rungs)).not.toContain('blind')
  })
})
