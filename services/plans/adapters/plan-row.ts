import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import type { PlanDraft, PlanSummary, StoredPlan } from '../port.ts'

const packed = promisify(deflate)
const unpacked = promisify(inflate)

/** One row of `plan`, without its body. */
export interface PlanRow {
  readonly version: number
  readonly created_at_ms: number
  readonly valid_until_ms: number
  readonly status: PlanSummary['status']
  readonly fleet_hash: string
  readonly problem_digest: string
  readonly needs_approval: boolean
  readonly decision: 'approved' | 'rejected' | null
  readonly decided_by: string | null
  readonly decided_at_ms: number | null
  readonly decision_words: string | null
}
export interface FullPlanRow extends PlanRow {
  readonly body: Uint8Array
}
type Body = Pick<PlanDraft, 'outcome' | 'inputs'>

/** Columns of `PlanRow`. */
export const PLAN_HEAD = `version, created_at_ms, valid_until_ms, status, fleet_hash, problem_digest,
  needs_approval, decision, decided_by, decided_at_ms, decision_words`

/** Deflated JSON: schedules repeat themselves. */
export const packBody = ({ outcome, inputs }: Body): Promise<Buffer> =>
  packed(JSON.stringify({ outcome, inputs } satisfies Body))

/** A row as a plan in brief. */
export const toSummary = (row: PlanRow): PlanSummary => ({ ...toHead(row), status: row.status })

/** A row with its body as the whole plan. */
export async function toPlan(row: FullPlanRow): Promise<StoredPlan> {
  const text = (await unpacked(row.body)).toString('utf8')
  return { ...toHead(row), ...(JSON.parse(text) as Body) }
}

const toHead = (row: PlanRow) => ({
  version: row.version,
  createdAtMs: row.created_at_ms,
  validUntilMs: row.valid_until_ms,
  fleetHash: row.fleet_hash,
  problemDigest: row.problem_digest,
  approval: row.needs_approval ? (row.decision ?? ('pending' as const)) : ('automatic' as const),
  ...(row.decision !== null && {
    decided: {
      decision: row.decision,
      by: row.decided_by!,
      atMs: row.decided_at_ms!,
      words: row.decision_words!,
    },
  }),
})
