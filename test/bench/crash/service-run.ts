import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../../services/platform/database/database.ts'
import { openEmbedded } from '../../../services/platform/database/embedded.ts'
import { openPostgres } from '../../../services/platform/database/postgres.ts'
import { startGridServer } from '../../support/grid-server.ts'
import { startScaleServer } from '../../support/scale-server.ts'
import { beginService, until } from '../../support/service-process.ts'
import { webhookReceiver } from '../../support/webhook-receiver.ts'
import { BACKEND_SECRET, harmedFleet, TWO_ZONES } from '../outage/harmed-fleet.ts'
import { ownServers } from '../outage/own-servers.ts'
import { spread } from '../outage/spread.ts'
import { type Stop, stopAll, tell } from '../started.ts'
import { tallyActions, tallyWebhooks, tallyWrites } from './tally.ts'
import { SLOT_MS, startWriter } from './writer.ts'

export type Engine = 'embedded' | 'redis'

const TICK_SECONDS = 2
/** Of the kills, this share falls into the start: a second crash while recovering from the first. */
const EARLY_RATIO = 0.2
/** Of a life, from when it answers. */
const LIFE_MS = 10_000
/** Of one that is killed in its start. */
const START_MS = 3_000
/** A machine that does much else needs long to start a process. */
const START_PATIENCE_MS = 120_000
/** The rest of a job of a dead process is noticed by its locks; a webhook tried in vain twice waits minutes. */
const PATIENCE_MS = 15 * 60_000

const EVERY_EVENT = [
  'plan.changed',
  'plan.infeasible',
  'action.failed',
  'slo.guard',
  'shift.ended',
  'target.drifted',
  'grid.degraded',
  'batch.scheduled',
  'batch.started',
  'batch.missed',
]

/**
 * Kills the whole service with SIGKILL at random instants of its lives, the start included, while
 * somebody writes to it and its grid turns, so that replicas move and subscribers are told; then lets
 * one live until all is done, and counts what was lost or done twice.
 *
 * @param kills how many at most
 * @param endMs when to stop killing at the latest
 */
export async function killService(engine: Engine, kills: number, endMs: number) {
  const started: Stop[] = []
  try {
    const { fleetFile, env, grid, targets, subscriber, open } = await ground(engine, started)
    const firstSlotMs = Math.ceil(Date.now() / SLOT_MS) * SLOT_MS
    const writer = startWriter(firstSlotMs)
    const upMs: number[] = []
    let earlyKills = 0
    let killed = 0
    for (; killed < kills && Date.now() < endMs; killed++) {
      grid.change('DE', killed % 2 === 0 ? 0.1 : 1)
      grid.change('SE', killed % 2 === 0 ? 4 : 1)
      const service = await beginService(fleetFile, env)
      if (Math.random() < EARLY_RATIO) {
        earlyKills++
        await pause(Math.random() * START_MS)
        await service.stop('SIGKILL')
      } else {
        const startMs = performance.now()
        const url = await service.up(START_PATIENCE_MS)
        upMs.push(Math.round(performance.now() - startMs))
        const stopWriting = writer.writeTo(url)
        await pause(Math.random() * LIFE_MS)
        await service.stop('SIGKILL')
        await stopWriting()
      }
      if ((killed + 1) % 25 === 0) tell(`${engine}: the service killed ${killed + 1} times`)
    }
    const last = await beginService(fleetFile, env)
    started.push(() => last.stop('SIGKILL'))
    const url = await last.up()
    await until(
      async () => (await writer.askAgain(url)) === 0,
      'every write to be answered',
      PATIENCE_MS,
    )
    await settled(url)
    await last.stop('SIGTERM')
    const db = await open()
    started.push(() => db.close())
    return {
      kills: killed,
      earlyKills,
      up: spread(upMs),
      ...(await tallyWrites(db, writer, (nth) => firstSlotMs + nth * SLOT_MS)),
      wrongAnswers: writer.wrong,
      ...(await tallyWebhooks(db, subscriber.received)),
      ...tallyActions(targets.writes),
      refusedByTarget: targets.refusedFence(),
    }
  } finally {
    await stopAll(started)
  }
}

/** Waits until nothing is left to tell or to do, and every target is as the plan wants it. */
async function settled(url: string): Promise<void> {
  const items = async (path: string) => {
    const answer = await fetch(url + path)
    const body = await answer.text()
    return answer.ok ? (JSON.parse(body) as { items: { status: string }[] }).items : undefined
  }
  const done = async () => {
    const due = await items('/v1/webhooks/deliveries?status=due&limit=1')
    const targets = await items('/v1/targets')
    return due?.length === 0 && targets?.every(({ status }) => status === 'synced')
  }
  await until(done, 'everything to be told and done', PATIENCE_MS)
  // One tick more, so that what that one causes is told too.
  await pause(2 * TICK_SECONDS * 1000)
  await until(done, 'everything to be told and done', PATIENCE_MS)
}

async function ground(engine: Engine, started: Stop[]) {
  const grid = await startGridServer(TWO_ZONES)
  const targets = await startScaleServer(BACKEND_SECRET)
  const subscriber = await webhookReceiver()
  started.push(grid.close, targets.close, subscriber.close)
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-crash-'))
  started.push(() => rm(folder, { recursive: true, force: true }))
  const fleetFile = join(folder, 'fleet.yaml')
  const events = `[${EVERY_EVENT.join(', ')}]`
  const hook = `{ id: hook, url: '${subscriber.url}', secret: '\${env:BACKEND_SECRET}', allowPrivate: true, events: ${events} }`
  await writeFile(fleetFile, `${harmedFleet(grid.url, targets.url)}webhooks: [${hook}]\n`)
  const servers = engine === 'redis' ? await ownServers('crash', started) : undefined
  const home = join(folder, 'home')
  const env = {
    GRIDTIDE_HOME: home,
    GRIDTIDE_TICK_SECONDS: String(TICK_SECONDS),
    LOG_LEVEL: 'error',
    EM_TOKEN: 'token',
    BACKEND_SECRET,
    ...(servers && { DATABASE_URL: servers.databaseUrl, REDIS_URL: servers.redis.url }),
  }
  const open = async (): Promise<Database> =>
    servers ? openPostgres(servers.databaseUrl) : openEmbedded(home)
  return { fleetFile, env, grid, targets, subscriber, open }
}
