import type { QueueDesk, RunInbox, SavingsReader, TenantPorts } from '../api/index.ts'
import { InvalidInput } from '../domain/errors.ts'
import { daysOf } from '../ledger/index.ts'
import { type DecidePlanPorts, decidePlan } from '../pipeline/decide-plan.ts'
import { rollBack } from '../pipeline/roll-back.ts'
import { JOB_NAMES } from '../queue/index.ts'
import { readRuns } from '../runs/index.ts'
import { webhookDesk } from './api-webhooks.ts'
import type { Service } from './service.ts'

type Operations = Pick<TenantPorts, 'decisions' | 'savings' | 'webhooks' | 'runs' | 'queue'>

/** What people decide, upload, replay and look after, out of an open service. */
export function operationPorts(service: Service): Operations {
  const { stores, queue, nowMs, fleetNow } = service
  const deciding: DecidePlanPorts = { plans: stores.plans, fleet: fleetNow, queue, nowMs }
  return {
    decisions: {
      decide: (version, decision) => decidePlan(deciding, version, decision),
      rollBack: (version, ask) => rollBack(deciding, version, ask),
    },
    savings: savingsReader(service),
    webhooks: webhookDesk(service),
    runs: runInbox(service),
    queue: queueDesk(service),
  }
}

const DAY_MS = 86_400_000

function savingsReader({ stores: { ledger }, fleetNow }: Service): SavingsReader {
  return {
    async days(fromMs, toMs) {
      const entries = await ledger.between(fromMs, toMs)
      const records = await ledger.leversBetween(fromMs, toMs)
      return daysOf(entries).map((day) => {
        const endMs = day.dayStartMs + DAY_MS
        const last = records.findLast(({ atMs }) => day.dayStartMs <= atMs && atMs < endMs)
        return last ? { ...day, levers: { atMs: last.atMs, levers: last.levers } } : day
      })
    },
    embodiedCounted: async () => (await fleetNow()).policy.countEmbodied,
  }
}

function runInbox({ stores: { runs }, queue, nowMs }: Service): RunInbox {
  const refit = (model: string) =>
    queue.add({ name: 'refit-models', payload: { model }, id: `refit-${model}-${nowMs()}` })
  return {
    list: (page) => runs.list(page),
    async upload(model, { format, text }, uploadedBy) {
      const reading = readRuns(text, format)
      const { length } = reading.runs
      if (length === 0) {
        const first = reading.quarantined[0]
        const message = first ? `row ${first.row}: ${first.reason}` : 'there is no run in it'
        throw new InvalidInput(`/body/text ${message}`, [{ path: '/body/text', message }])
      }
      const uploadedAtMs = nowMs()
      const kept = await runs.add({ model, runs: length, uploadedAtMs, uploadedBy, format, text })
      await refit(model)
      return { ...kept, leftOut: reading.quarantined }
    },
    async remove(id) {
      await refit(await runs.remove(id))
    },
  }
}

const queueDesk = ({ queue }: Service): QueueDesk => ({
  health: () => Promise.all(JOB_NAMES.map(async (job) => ({ job, ...(await queue.counts(job)) }))),
  dead: (job, limit) => queue.dead(job, limit),
  revive: (job, id) => queue.revive(job, id),
})
