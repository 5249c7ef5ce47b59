import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startGridServer } from '../../support/grid-server.ts'
import { startScaleServer } from '../../support/scale-server.ts'
import { webhookReceiver } from '../../support/webhook-receiver.ts'
import { BACKEND_SECRET, harmedFleet, TWO_ZONES } from '../outage/harmed-fleet.ts'
import { ownServers } from '../outage/own-servers.ts'
import type { Stop } from '../started.ts'
import { startCycles } from './cycles.ts'

/** 10,000 cycles are a day. */
const CYCLE_SECONDS = 86_400 / 10_000
/** The clean zone and the dirty one change places that often: every seven minutes of the day. */
const TURN_EVERY_CYCLES = 50

/**
 * The service on one engine, with a grid, a target and a subscriber of its own, all on its clock.
 *
 * @param program what was built of `service-child.ts`
 * @param started where to put what has to be stopped, last first, whatever fails
 */
export async function soakWorld(program: string, engine: 'embedded' | 'redis', started: Stop[]) {
  let nowMs = () => Date.now()
  const grid = await startGridServer(TWO_ZONES, () => nowMs())
  const targets = await startScaleServer(BACKEND_SECRET, () => nowMs())
  const subscriber = await webhookReceiver()
  started.push(grid.close, targets.close, subscriber.close)
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-soak-'))
  started.push(() => rm(folder, { recursive: true, force: true }))
  const fleetFile = join(folder, 'fleet.yaml')
  const hook = `webhooks: [{ id: hook, url: '${subscriber.url}', secret: '\${env:BACKEND_SECRET}', allowPrivate: true }]\n`
  await writeFile(fleetFile, harmedFleet(grid.url, targets.url) + hook)
  const servers = engine === 'redis' ? await ownServers('soak', started) : undefined
  const env = {
    GRIDTIDE_HOME: join(folder, 'home'),
    EM_TOKEN: 'token',
    BACKEND_SECRET,
    ...(servers && { DATABASE_URL: servers.databaseUrl, REDIS_URL: servers.redis.url }),
  }
  const cycles = await startCycles(program, { fleetFile, env, cycleSeconds: CYCLE_SECONDS })
  started.push(cycles.stop)
  nowMs = cycles.nowMs
  const redis = servers && new Redis(servers.redis.url)
  if (redis) started.push(async () => redis.disconnect())

  return {
    ...cycles,
    /** To be called before each cycle: the grid turns now and then. */
    turn(cycle: number) {
      if (cycle % TURN_EVERY_CYCLES !== 0) return
      const turned = cycle % (2 * TURN_EVERY_CYCLES) === 0
      grid.change('DE', turned ? 0.1 : 1)
      grid.change('SE', turned ? 4 : 1)
    },
    redisKeys: async () => redis?.dbsize(),
    done: () => ({ told: targets.writes.length, webhooks: subscriber.received.length }),
  }
}
