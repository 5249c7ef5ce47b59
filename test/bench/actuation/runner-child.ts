/**
 * One process that carries shifts on, as a worker of the service does, over the real stores, leases
 * and adapters: until it is killed, or nothing is left to do. Given `once`, it waits for a line on
 * its input before each round and prints when it took each shift up.
 */
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import pLimit from 'p-limit'
import { kubernetesApi } from '../../../services/actuation/adapters/kubernetes-api.ts'
import { kubernetesScale } from '../../../services/actuation/adapters/kubernetes-scale.ts'
import { sqlAuditLog } from '../../../services/actuation/adapters/sql-audit-log.ts'
import { sqlLeases } from '../../../services/actuation/adapters/sql-lease.ts'
import { sqlShiftStore } from '../../../services/actuation/adapters/sql-shift-store.ts'
import { sqlTargetMemory } from '../../../services/actuation/adapters/sql-target-memory.ts'
import { runShift, type ShiftDeps } from '../../../services/actuation/index.ts'
import { AppError } from '../../../services/domain/errors.ts'
import { openPostgres } from '../../../services/platform/database/postgres.ts'
import { axiosHttp } from '../../../services/platform/http.ts'
import { gatewayApi } from '../../../services/traffic/adapters/gateway-api.ts'

const [server, databaseUrl, startedMs, speed, mode] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  'always' | 'once',
]
const TENANT = 'bench'
const CONCURRENCY = 16
const LEASE_MS = 1_000
const HOUR_MS = 3_600_000
const nowMs = () => (Date.now() - Number(startedMs)) * Number(speed)
const sleep = async (durationMs: number) => {
  await setTimeout(durationMs / Number(speed))
}

const sql = openPostgres(databaseUrl, { maxConnections: CONCURRENCY })
const http = axiosHttp()
const store = sqlShiftStore(sql, TENANT)
const leases = sqlLeases(sql, TENANT)
const guard = { memory: sqlTargetMemory(sql, TENANT), nowMs, sleep }
const api = kubernetesApi(async () => ({ server, headers: {}, http }))
const backends = { replicas: kubernetesScale(api, guard), route: gatewayApi(api, guard) }
const me = `runner-${process.pid}`

async function telemetry(model: string): Promise<Record<string, number> & { burning: boolean }> {
  const answer = await http.send('telemetry', { url: `${server}/telemetry/${model}` })
  return answer.body as never
}

const deps: ShiftDeps = {
  backendFor: ({ kind }) => backends[kind as keyof typeof backends],
  store,
  audit: sqlAuditLog(sql, TENANT),
  slo: async (model) => ((await telemetry(model)).burning ? 'burning' : 'ok'),
  inFlight: async ({ id }) => {
    const [site, model] = id.split('/') as [string, string]
    return (await telemetry(model))[site]
  },
  obstacle: async () => undefined,
  actor: me,
  fence: 1,
  onForeignOwner: () => 'bounds',
  timeouts: { readyMs: HOUR_MS, sloMs: HOUR_MS, drainMs: HOUR_MS },
  pollMs: 1_000,
  patienceMs: 2_000,
  nowMs,
  sleep,
}

const takenUpMs: Record<string, number> = {}

async function carry(shiftId: string): Promise<void> {
  takenUpMs[shiftId] ??= Date.now()
  try {
    const lease = await leases.acquire(`shift/${shiftId}`, me, LEASE_MS)
    if (!lease) return
    await runShift(shiftId, deps)
    await leases.release(lease)
  } catch (error) {
    // A store or a server that gives no answer ends the run too; the next look finds the shift again.
    if (!(error instanceof AppError)) throw error
  }
}

const limit = pLimit(CONCURRENCY)
async function carryAll(): Promise<void> {
  for (;;) {
    const ids = await store.unfinished()
    if (ids.length === 0) return
    const from = Math.floor(Math.random() * ids.length)
    await limit.map([...ids.slice(from), ...ids.slice(0, from)], carry)
  }
}

async function main(): Promise<void> {
  await sql.query('select 1')
  console.log('up')
  if (mode === 'always') await carryAll()
  else {
    for await (const _go of createInterface({ input: process.stdin })) {
      await carryAll()
      console.log(JSON.stringify(takenUpMs))
    }
  }
  await sql.close()
}
void main()
