import type { Database, Sql } from '../../platform/database/database.ts'
import { joinedCalls } from '../../platform/joined-calls.ts'
import { appendEvents } from '../event.ts'
import type { Circuit, Outbox } from '../port.ts'

interface CircuitRow {
  readonly endpoint: string
  readonly failures: number
  readonly failing_since_ms: number
  readonly open_until_ms: number
  readonly disabled: string | null
}

/** Whether an endpoint is left alone; looked up for many endpoints at once. */
export function postgresCircuits(
  db: Database,
  tenant: string,
): Pick<Outbox, 'circuit' | 'setCircuit' | 'enable'> {
  return {
    circuit: joinedCalls(async (endpoints: readonly string[]) => {
      const rows = await db.query<CircuitRow>(
        'select * from endpoint_circuit where tenant = $1 and endpoint = any($2::text[])',
        [tenant, endpoints],
      )
      const found = new Map(rows.map((row) => [row.endpoint, toCircuit(row)]))
      return endpoints.map((endpoint) => found.get(endpoint))
    }),

    setCircuit: (endpoint, circuit, nowMs) =>
      db.transaction((tx) => setCircuit(tx, tenant, endpoint, circuit, nowMs)),

    async enable(endpoint) {
      await db.query('delete from endpoint_circuit where tenant = $1 and endpoint = $2', [
        tenant,
        endpoint,
      ])
    },
  }
}

async function setCircuit(
  tx: Sql,
  tenant: string,
  endpoint: string,
  circuit: Circuit | undefined,
  nowMs: number,
) {
  if (!circuit) {
    await tx.query(
      'delete from endpoint_circuit where tenant = $1 and endpoint = $2 and disabled is null',
      [tenant, endpoint],
    )
    return
  }
  const { failures, failingSinceMs, openUntilMs, disabled } = circuit
  const written = await tx.query(
    `insert into endpoint_circuit as kept
       (tenant, endpoint, failures, failing_since_ms, open_until_ms, disabled)
     values ($6, $1, $2, $3, $4, $5) on conflict (tenant, endpoint) do update set
       failures = $2, failing_since_ms = $3, open_until_ms = $4, disabled = $5
     where kept.disabled is null returning endpoint`,
    [endpoint, failures, failingSinceMs, openUntilMs, disabled ?? null, tenant],
  )
  if (disabled === undefined || written.length === 0) return
  // By id, as attempts are settled: two that lock the same rows in two orders wait for each other.
  await tx.query(
    `update delivery set status = 'dead', finished_at_ms = $2, leased_until_ms = 0
     where id in (
       select id from delivery where tenant = $3 and endpoint = $1 and status = 'due'
       order by id for update
     )`,
    [endpoint, nowMs, tenant],
  )
  const key = `${endpoint}/${failingSinceMs}`
  const data = { endpoint, reason: disabled }
  await appendEvents(tx, tenant, [
    { type: 'endpoint.disabled', subject: `endpoint/${endpoint}`, key, occurredAtMs: nowMs, data },
  ])
}

const toCircuit = (row: CircuitRow): Circuit => ({
  failures: row.failures,
  failingSinceMs: row.failing_since_ms,
  openUntilMs: row.open_until_ms,
  ...(row.disabled !== null && { disabled: row.disabled }),
})
