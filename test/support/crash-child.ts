/**
 * A service that is killed at random: it saves plans, scales a target by jobs, and tells a
 * subscriber, all through the real engines. Started by `crash-run.ts` with its options as JSON.
 */
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { postgresOutbox } from '../../services/notification/adapters/postgres.ts'
import { webhookNotifier } from '../../services/notification/adapters/webhook.ts'
import { type Endpoint, outboxRelay } from '../../services/notification/index.ts'
import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { openLog } from '../../services/platform/log.ts'
import { openEngine } from '../../services/wiring/engine.ts'
import type { CrashChildOptions } from './crash-run.ts'

const REGIONS = 8
/**
 * The relay's clock runs ahead: a webhook that met a kill and then a lost answer has used two of its
 * tries, and the third comes five minutes later.
 */
const HASTE = 60
const hurriedMs = () => Date.now() * HASTE
const options = JSON.parse(process.argv[2]!) as CrashChildOptions
const say = (line: string) => process.stdout.write(`${line}\n`)

const engine = await openEngine(options, openLog('silent'), {
  lockMs: 2_000,
  stalledCheckMs: 500,
  ...(options.keyPrefix && { keyPrefix: options.keyPrefix }),
})
const plans = postgresPlans(engine.database, 'default')
const outbox = postgresOutbox(engine.database, 'default', { leaseMs: 3_000 * HASTE })
const notifier = webhookNotifier({ timeoutMs: 2_000 })
const http = axiosHttp({ timeoutMs: 2_000 })
const endpoint: Endpoint = {
  id: 'ops',
  url: options.receiverUrl,
  secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`],
  events: ['plan.changed'],
  format: 'plain',
  allow: ['127.0.0.0/8'],
}

// The target keeps the version it was last set by, as a Kubernetes annotation does, and refuses a
// write that follows another one than it holds: look, decide, write.
await engine.queue.work('apply-plan', async ({ version, region }) => {
  const url = `${options.targetUrl}/${region}`
  const { body } = await http.send('target', { url })
  const { seen } = body as { seen: number }
  if (seen >= version) return
  await http.send('target', { method: 'PUT', url, body: { version, ifSeen: seen } })
})
const relayChanges = outboxRelay({
  outbox,
  notifier,
  endpoints: [endpoint],
  random: Math.random,
  nowMs: hurriedMs,
})
await engine.queue.work('notify-change', () => relayChanges())
const relay = { name: 'notify-change', payload: { cause: 'clock' } } as const
await engine.queue.schedule('relay', { everyMs: 250 }, relay)

let draining = false
createInterface({ input: process.stdin }).on('line', () => {
  draining = true
})

while (!draining) {
  const ifVersion = (await plans.current())?.version ?? 0
  const nowMs = Date.now()
  const result = await plans.save(
    {
      fleetHash: 'f',
      problemDigest: 'd',
      createdAtMs: nowMs,
      validUntilMs: nowMs + 60_000,
      outcome: { status: 'infeasible', limit: 'gpus', words: 'none', relaxation: 'more' },
      inputs: { zones: [] },
    },
    {
      ifVersion,
      events: (version) => [
        {
          type: 'plan.changed',
          subject: `region/${version % REGIONS}`,
          key: String(version),
          occurredAtMs: nowMs,
          data: { version },
        },
      ],
    },
  )
  if (result.status === 'saved') {
    const { version } = result.plan
    say(`accepted ${version}`)
    const region = `r${version % REGIONS}`
    await engine.queue.add({ name: 'apply-plan', payload: { version, region }, id: `${version}` })
  }
  await pause(options.pauseMs)
}

for (;;) {
  const due = await outbox.deliveries({ status: 'due', limit: 1 })
  const { waiting, active, delayed } = await engine.queue.counts('apply-plan')
  const pending = await engine.database.query(
    'select 1 from outbox_event where relayed_at_ms is null limit 1',
  )
  if (due.length + pending.length + waiting + active + delayed === 0) break
  await pause(100)
}
await engine.close()
say('drained')
process.exit(0)
