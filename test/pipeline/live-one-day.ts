import { startOf } from '../../services/actuation/index.ts'
import type { Frame } from '../../services/solves/index.ts'
import type { Stores } from '../../services/wiring/state.ts'
import { job } from '../batch/jobs.ts'

export const DAY_MS = 86_400_000

const endpoint = {
  id: 'ops',
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed'],
  format: 'plain',
  allow: [],
} as const

/**
 * A day with one of everything that a service writes down. What is named (a shift, a layout) has
 * another name each day.
 */
export async function liveOneDay(stores: Stores, day: number): Promise<void> {
  const nowMs = day * DAY_MS
  await planAndTell(stores, day, nowMs)
  await move(stores, day, nowMs)
  await beCalled(stores, day, nowMs)
  await runBatches(stores, day, nowMs)
  await watch(stores, day, nowMs)
}

async function planAndTell(stores: Stores, day: number, nowMs: number): Promise<void> {
  const frame = { problemDigest: 'd', framedAtMs: nowMs, fleetHash: 'f', followsVersion: day - 1 }
  await stores.solves.begin(`r${day}`, { ...frame, zones: [] } as unknown as Frame, [
    { id: 'b' } as never,
  ])
  await stores.fits.save({ model: 'm', fittedAtMs: nowMs, source: 's', points: [] })
  await stores.plans.save(
    {
      fleetHash: 'f',
      problemDigest: 'd',
      createdAtMs: nowMs,
      validUntilMs: nowMs + 1,
      outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' },
      inputs: { zones: [] },
    },
    {
      ifVersion: day - 1,
      events: (version) => [
        {
          type: 'plan.changed',
          subject: 'plan',
          key: String(version),
          occurredAtMs: nowMs,
          data: { version },
        },
      ],
    },
  )
  // To an endpoint that is there, and to one that left the fleet file while it failed.
  await stores.outbox.fanOut([endpoint, { ...endpoint, id: `gone-${day}` }], nowMs)
  for (const delivery of await stores.outbox.claim('ops', nowMs, 1)) {
    const attempt = { status: 'delivered', httpStatus: 204 } as const
    await stores.outbox.settle(delivery, { attempt, atMs: nowMs, tookMs: 1 })
  }
  const circuit = { failures: 5, failingSinceMs: nowMs, openUntilMs: nowMs }
  await stores.outbox.setCircuit(`gone-${day}`, circuit, nowMs)
}

async function move(stores: Stores, day: number, nowMs: number): Promise<void> {
  const shift = { id: `m-${day}`, planVersion: '1', model: 'm', reason: 'r', steps: [] } as const
  await stores.shifts.save(shift.id, startOf(shift, nowMs))
  const lease = await stores.leases.acquire(`shift/${shift.id}`, 'a', 1)
  await stores.leases.release(lease!)
  await stores.knownGood.keep({ [`target-of-day-${day}`]: 1, 'target-of-every-day': 2 }, nowMs)
  const told = { fence: day, planVersion: `${day}`, idempotencyKey: `${day}` }
  await stores.targetMemory.remember('t', { ...told, before: {}, applied: {}, atMs: nowMs })
  const entry = { ...told, actor: 'a', targetId: 't', reason: 'r', after: {}, atMs: nowMs } as const
  await stores.audit.append({ ...entry, result: 'failed', detail: 'away' })
  await stores.audit.append({ ...entry, result: 'failed', detail: 'away', atMs: nowMs + 10_000 })
}

async function beCalled(stores: Stores, day: number, nowMs: number): Promise<void> {
  const request = { tenant: 'acme', key: `k${day}`, fingerprint: 'f' }
  await stores.answers.begin({ ...request, nowMs, abandonedBeforeMs: 0 })
  const slots = [{ startMs: nowMs, endMs: nowMs + 1, tokensPerSecond: 1 }]
  await stores.demand.push('acme', { model: 'm', origin: 'o', kind: 'observed', slots }, nowMs)
  const call = { actor: 'a', action: 'b', subject: 'c', outcome: 'done', words: 'w' } as const
  await stores.callLog.write({ ...call, atMs: nowMs })
  const key = {
    tenant: 'acme',
    label: 'ci',
    scopes: ['read'],
    proof: 'scrypt$c2FsdA$aGFzaA',
  } as const
  const prefix = day.toString(16).padStart(8, '0')
  const ends = { createdAtMs: nowMs, expiresAtMs: nowMs + 1 }
  await stores.keys.add({ ...key, ...ends, prefix }, `once-${day}`)
  const by = { changedBy: 'a', changedAtMs: nowMs }
  const overlay = { kind: 'policy', id: 'fleet', revision: day + 1, value: {}, ...by } as const
  await stores.overlays.put('acme', overlay)
  const upload = { model: 'm', runs: 1, uploadedAtMs: nowMs, uploadedBy: 'a' }
  await stores.runs.add({ ...upload, format: 'csv' as never, text: `${day}` })
}

async function runBatches(stores: Stores, day: number, nowMs: number): Promise<void> {
  const id = `b${day}`
  const waits = { state: 'waiting', progress: { workLeft: 1 }, plannedAtMs: nowMs } as const
  await stores.jobs.add([{ job: job({ id }), submittedAtMs: nowMs, ran: [], ...waits }])
  await stores.jobs.cancel(id)
  const file = { id, name: 'f', purpose: 'batch', createdAtMs: nowMs } as const
  await stores.files.write(file, contentOf('x'), async () => nowMs + DAY_MS)
  const ask = { inputFile: id, endpoint: '/v1/embeddings', completionWindow: '24h' } as const
  const times = { createdAtMs: nowMs, deadlineAtMs: nowMs + 1, times: {}, errors: [] }
  await stores.requestBatches.add({ id, status: 'validating', ask, ...times })
  await stores.requestBatches.setLines(id, linesOf(id))
  await stores.requestBatches.move(id, 'validating', 'failed', nowMs)
}

async function* contentOf(text: string) {
  yield new TextEncoder().encode(text)
}

async function* linesOf(customId: string) {
  yield { number: 1, customId, atByte: 0, bytes: 1, tokens: 1 }
}

async function watch(stores: Stores, day: number, nowMs: number): Promise<void> {
  await stores.yields.yield([`region-of-day-${day}`], nowMs + 1)
  const seen = { model: 'm', layout: `l${day}`, quantity: 'step', drift: false } as const
  await stores.liveBiases.save({ ...seen, bias: {} as never, updatedAtMs: nowMs }, undefined)
  await stores.archive.append({
    source: 's',
    zone: 'DE',
    signal: 'average',
    basis: 'lifecycle',
    quality: 'forecast',
    issuedAtMs: nowMs,
    slots: [{ startMs: nowMs, endMs: nowMs + 3_600_000, carbonGPerKwh: 300 }],
  } as never)
  await stores.ledger.settleLevers({ atMs: nowMs, problemDigest: 'd', levers: [] })
  await stores.ledger.settle({
    windowStartMs: nowMs,
    windowEndMs: nowMs + 1,
    planVersion: day,
    planned: { energyKwh: 1, carbonG: 1 },
    baseline: { energyKwh: 1, carbonG: 1 },
    tokens: 1,
    carbonGPerKwh: {},
  })
}
