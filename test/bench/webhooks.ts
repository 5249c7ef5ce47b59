/**
 * `npm run bench:webhooks`: the outbox over PostgreSQL tells a receiver that fails 45 % of all
 * requests (30 % 5xx, 5 % hang, 5 % reset, 5 % taken and then reset), by HTTP, with the schedule of
 * retries on a clock that is 1,000 times faster; and says what of its promises held. Then, how much
 * later others hear when one endpoint hangs for ever.
 *
 *   DELIVERIES=100000 npm run bench:webhooks          # 20,000 unless told; 0 for the second part alone
 *   DELIVERIES=0 BESIDE_ROUNDS=50 npm run bench:webhooks
 *
 * `perSecond` counts what was taken and known to be, from the first attempt until nine in ten were:
 * what is left then waits for its next attempt. `requestsPerSecond` are the failed ones too.
 *
 * Told ENDPOINTS, to that many and not to 100. By the fast clock five days are seven minutes: an
 * endpoint that has no success for as long is given up. TIMES_FASTER=N makes it another clock.
 *
 * Sender, receiver and database share the machine. What hangs is given up after two seconds here,
 * 15 s in the service. What is given up after the last attempt is replayed at the end, as somebody
 * would by hand, and counted apart: its order cannot be kept.
 */
import type { Database } from '../../services/platform/database/database.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import {
  endpointAt,
  happen,
  replayDead,
  startSender,
  untilNothingIsDue,
} from '../support/bad-delivery-run.ts'
import { badReceiver } from '../support/bad-receiver.ts'
import { weighDeliveries } from '../support/weigh-deliveries.ts'
import { ownServers } from './outage/own-servers.ts'
import { type Stop, stopAll, tell } from './started.ts'
import { latenciesBesideDead } from './webhooks/beside-dead.ts'

const DELIVERIES = Number(process.env.DELIVERIES ?? 20_000)
const ENDPOINTS = Number(process.env.ENDPOINTS ?? 100)
const SUBJECTS = 100
const BESIDE_ROUNDS = Number(process.env.BESIDE_ROUNDS ?? 3)
/** Of the deliveries; the rest waits for its next attempt. */
const MOST = 0.9
const started: Stop[] = []

try {
  const { databaseUrl } = await ownServers('webhooks', started)
  const db = openPostgres(databaseUrl)
  started.push(() => db.close())
  const watch = openPostgres(databaseUrl, { maxConnections: 1 }) // never behind the sender's queries
  started.push(() => watch.close())
  await migrate(db)
  if (DELIVERIES > 0) say('webhooks', await tellBadReceiver(db, watch))
  say('webhooks-beside-dead', await latenciesBesideDead(db, BESIDE_ROUNDS))
} finally {
  await stopAll(started)
}

function say(bench: string, figures: object): void {
  console.log(JSON.stringify({ bench, ...figures }))
}

async function tellBadReceiver(db: Database, watch: Database) {
  const receiver = await badReceiver()
  started.push(() => receiver.close())
  const endpoints = Array.from({ length: ENDPOINTS }, (_, i) => endpointAt(receiver.url, `e${i}`))
  await happen(db, 0, Math.ceil(DELIVERIES / ENDPOINTS), SUBJECTS)
  const startMs = performance.now()
  const stop = startSender(db, endpoints, (error) => tell(`a relay failed: ${error.message}`))
  started.push(stop)
  let speed: { perSecond: number; requestsPerSecond: number } | undefined
  const { delivered, dead } = await untilNothingIsDue(watch, (now) => {
    tell(JSON.stringify({ ...now, ...speed }))
    if (speed || now.delivered < DELIVERIES * MOST) return
    const seconds = (performance.now() - startMs) / 1000
    speed = {
      perSecond: Math.round(now.delivered / seconds),
      requestsPerSecond: Math.round(receiver.heard.length / seconds),
    }
  })
  const promises = await weighDeliveries(watch, receiver.heard)
  await replayDead(db, endpoints)
  await stop()
  const after = await weighDeliveries(watch, receiver.heard)
  return {
    delivered,
    givenUp: dead,
    neverTaken: delivered + dead - after.taken,
    ...promises,
    repeatedOfRequests: promises.repeated / promises.requests,
    ...speed,
  }
}
