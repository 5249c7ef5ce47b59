import { Conflict, NotFound } from '../../domain/errors.ts'
import { appendEvents, type NewEvent } from '../../notification/index.ts'
import type { Database, Sql } from '../../platform/database/database.ts'
import { noteOnce, recallOnce } from '../../platform/database/done-once.ts'
import type {
  PlanDecision,
  PlanDraft,
  PlanStore,
  SaveOptions,
  SaveResult,
  StoredPlan,
} from '../port.ts'
import {
  type FullPlanRow,
  PLAN_HEAD,
  type PlanRow,
  packBody,
  toPlan,
  toSummary,
} from './plan-row.ts'

const FULL = `${PLAN_HEAD}, body`
const IN_FORCE = `(not needs_approval or decision = 'approved')`

/** Plans of one tenant in PostgreSQL, embedded or on a server. */
export function postgresPlans(db: Database, tenant: string): PlanStore {
  async function one(where: string, params: readonly unknown[]): Promise<StoredPlan | undefined> {
    const [row] = await db.query<FullPlanRow>(
      `select ${FULL} from plan where tenant = $1 and ${where} order by version desc limit 1`,
      [tenant, ...params],
    )
    return row && toPlan(row)
  }
  const get = (version: number): Promise<StoredPlan> => planOf(db, tenant, version)

  return {
    save: (draft, options) => save(db, tenant, draft, options),
    current: () => one(IN_FORCE, []),

    async currentVersion() {
      const [row] = await db.query<{ version: number }>(
        `select version from plan where tenant = $1 and ${IN_FORCE} order by version desc limit 1`,
        [tenant],
      )
      return row?.version
    },

    newest: () => one('true', []),
    get,

    async decide(version, decision, events) {
      await decide(db, tenant, version, decision, events)
      return get(version)
    },

    async history({ before, limit }) {
      const rows = await db.query<PlanRow>(
        `select ${PLAN_HEAD} from plan where tenant = $3 and ($1::bigint is null or version < $1)
         order by version desc limit $2`,
        [before ?? null, limit, tenant],
      )
      return rows.map(toSummary)
    },

    async liftVersionsAbove(seen) {
      await db.query(
        `insert into plan_head (tenant, next_version) values ($2, $1::bigint + 1)
         on conflict (tenant) do update
         set next_version = greatest(plan_head.next_version, excluded.next_version)`,
        [seen, tenant],
      )
    },

    async forget(beforeMs) {
      const gone = await db.query(
        `delete from plan where tenant = $2 and created_at_ms < $1
         and version <> (select current_version from plan_head where tenant = $2)
         and version <> coalesce(
           (select max(version) from plan where tenant = $2 and ${IN_FORCE}), 0)
         returning version`,
        [beforeMs, tenant],
      )
      return gone.length
    },
  }
}

async function planOf(sql: Sql, tenant: string, version: number): Promise<StoredPlan> {
  const [row] = await sql.query<FullPlanRow>(
    `select ${FULL} from plan where tenant = $1 and version = $2`,
    [tenant, version],
  )
  if (!row) throw new NotFound(`there is no plan of version ${version}`)
  return toPlan(row)
}

async function save(
  db: Database,
  tenant: string,
  draft: PlanDraft,
  options: SaveOptions,
): Promise<SaveResult> {
  const { needsApproval: _, ...plan } = draft
  const body = await packBody(plan)
  return db.transaction(async (tx) => {
    const { onceId } = options
    if (onceId === undefined) return write(tx, tenant, draft, body, options)
    const once = { tenant, id: onceId, nowMs: draft.createdAtMs }
    const before = await recallOnce<number>(tx, once)
    if (before !== undefined) return { status: 'saved', plan: await planOf(tx, tenant, before) }
    const result = await write(tx, tenant, draft, body, options)
    if (result.status === 'saved') await noteOnce(tx, once, result.plan.version)
    return result
  })
}

async function write(
  tx: Sql,
  tenant: string,
  { needsApproval = false, ...plan }: PlanDraft,
  body: Awaited<ReturnType<typeof packBody>>,
  { ifVersion, events, decided }: SaveOptions,
): Promise<SaveResult> {
  await tx.query('insert into plan_head (tenant) values ($1) on conflict do nothing', [tenant])
  // The row lock makes a second writer wait here, and then see that it came second.
  const [moved] = await tx.query<{ version: number }>(
    `update plan_head set current_version = next_version, next_version = next_version + 1
     where tenant = $2 and current_version = $1 returning current_version as version`,
    [ifVersion, tenant],
  )
  if (!moved) {
    const [now] = await tx.query<{ version: number }>(
      'select current_version as version from plan_head where tenant = $1',
      [tenant],
    )
    return { status: 'stale', currentVersion: now!.version } as const
  }
  const { version } = moved
  await tx.query(
    `insert into plan (tenant, ${FULL})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      tenant,
      version,
      plan.createdAtMs,
      plan.validUntilMs,
      plan.outcome.status,
      plan.fleetHash,
      plan.problemDigest,
      needsApproval,
      decided?.decision ?? null,
      decided?.by ?? null,
      decided?.atMs ?? null,
      decided?.words ?? null,
      body,
    ],
  )
  await appendEvents(tx, tenant, events(version))
  const approval = needsApproval ? (decided?.decision ?? 'pending') : 'automatic'
  const stored: StoredPlan = { ...plan, version, approval, ...(decided && { decided }) }
  return { status: 'saved', plan: stored } as const
}

async function decide(
  db: Database,
  tenant: string,
  version: number,
  { decision, by, atMs, words }: PlanDecision,
  events: readonly NewEvent[],
): Promise<void> {
  await db.transaction(async (tx) => {
    // Two people who decide at once: the second waits for the first, and is told.
    const [row] = await tx.query<Pick<PlanRow, 'needs_approval' | 'decision'>>(
      `select needs_approval, decision from plan where tenant = $1 and version = $2 for update`,
      [tenant, version],
    )
    if (!row) throw new NotFound(`there is no plan of version ${version}`)
    if (!row.needs_approval) throw new Conflict(`plan ${version} acts without anybody's approval`)
    if (row.decision === decision) return
    if (row.decision !== null) throw new Conflict(`plan ${version} was ${row.decision} already`)
    const newer = await tx.query(
      `select 1 from plan where tenant = $1 and version > $2 and ${IN_FORCE} limit 1`,
      [tenant, version],
    )
    if (newer.length > 0) throw new Conflict(`a newer plan than ${version} is in force already`)
    await tx.query(
      `update plan set decision = $3, decided_by = $4, decided_at_ms = $5, decision_words = $6
       where tenant = $1 and version = $2`,
      [tenant, version, decision, by, atMs, words],
    )
    await appendEvents(tx, tenant, events)
  })
}
