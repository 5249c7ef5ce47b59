import { Type } from 'typebox'
import type { Of } from './ref.ts'

const WindowIndex = Type.Integer({ minimum: 0, description: 'Index into `windows`.' })

const totals = {
  energyKwh: Type.Number(),
  carbonG: Type.Number({ description: 'gCO2e.' }),
  costUsd: Type.Number(),
}

export const BindingLimitSchema = Type.Object(
  {
    limit: Type.String(),
    region: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    gpu: Type.Optional(Type.String()),
    windows: Type.Array(WindowIndex),
    shadowPriceG: Type.Optional(
      Type.Number({ description: 'gCO2e saved by one more unit of the limit.' }),
    ),
    words: Type.String(),
  },
  { description: 'A promise that costs carbon.' },
)

const Assignment = Type.Object({
  window: WindowIndex,
  region: Type.String(),
  model: Type.String(),
  pointId: Type.String({ description: 'Variant, e.g. `H100-tp2-pp1-fp8-b64`.' }),
  replicas: Type.Integer(),
  starts: Type.Integer({ description: 'Replicas that start in this window.' }),
  tokensPerSecond: Type.Number({ description: 'Interactive output tokens/s they carry.' }),
  batchTokensPerSecond: Type.Number({ description: 'Deferrable output tokens/s on top.' }),
})

const Flow = Type.Object({
  window: WindowIndex,
  model: Type.String(),
  origin: Type.String(),
  region: Type.String(),
  tokensPerSecond: Type.Number(),
})

const BatchRun = Type.Object(
  {
    window: WindowIndex,
    work: Type.String(),
    region: Type.String(),
    tokensPerSecond: Type.Number(),
  },
  { description: 'Deferrable work done in one window.' },
)

export const outcomeTotals = {
  predicted: Type.Object({
    ...totals,
    carbonLowG: Type.Number({ description: '10 % quantile.' }),
    carbonHighG: Type.Number({ description: '90 % quantile.' }),
  }),
  baseline: Type.Object({ ...totals, name: Type.String() }),
  bound: Type.Object(
    { carbonG: Type.Number(), kind: Type.String(), gapRatio: Type.Number() },
    { description: 'No feasible plan of this problem is better than this.' },
  ),
}

export const PlanChangeSchema = Type.Object(
  {
    isKept: Type.Boolean({ description: 'The schedule in force goes on.' }),
    gain: Type.Optional(
      Type.Object(
        {
          expected: Type.Number(),
          atLeast: Type.Number({ description: 'One-sided 90 %.' }),
          switchingCost: Type.Number({ description: 'Beyond what the plan in force takes.' }),
        },
        { description: 'In the unit of the objective; absent where there was no choice.' },
      ),
    ),
    words: Type.String(),
  },
  { description: 'What became of the plan in force before.' },
)

const Schedule = Type.Object(
  {
    windows: Type.Array(
      Type.Object({
        startMs: Type.Integer(),
        endMs: Type.Integer({ description: 'Exclusive.' }),
      }),
    ),
    assignments: Type.Array(Assignment),
    flows: Type.Array(Flow),
    batch: Type.Array(BatchRun),
    ...outcomeTotals,
    objective: Type.Object(
      { unit: Type.String(), value: Type.Number(), bound: Type.Number() },
      { description: 'What was minimised, in its own unit.' },
    ),
    binding: Type.Array(BindingLimitSchema),
    isCutShort: Type.Optional(
      Type.Boolean({
        description:
          'The deadline came before the search was over: it keeps every promise, but may be far from best.',
      }),
    ),
    change: Type.Optional(PlanChangeSchema),
  },
  { description: 'What runs where, window by window.' },
)

export const infeasibility = {
  limit: Type.String({ description: 'The limit that forbids a plan.' }),
  words: Type.String(),
  relaxation: Type.String({ description: 'The least change that would make a plan possible.' }),
}

const Outcome = Type.Union([
  Type.Object({ status: Type.Literal('planned'), plan: Schedule }),
  Type.Object({ status: Type.Literal('infeasible'), ...infeasibility }),
])

const ZoneInput = Type.Object({
  zone: Type.String(),
  source: Type.String(),
  signal: Type.String(),
  basis: Type.String(),
  issuedAtMs: Type.Integer(),
  quality: Type.String({ description: 'How far it could be trusted: `live` ... `blind`.' }),
  reason: Type.Optional(Type.String({ description: 'Why it was no better.' })),
})

const PlanDecision = Type.Object({
  decision: Type.Enum(['approved', 'rejected']),
  by: Type.String(),
  atMs: Type.Integer(),
  words: Type.String(),
})

const stamp = {
  version: Type.Integer({ minimum: 1, description: 'Only ever grows.' }),
  createdAtMs: Type.Integer({ description: 'Milliseconds since 1970-01-01T00:00:00Z.' }),
  validUntilMs: Type.Integer({ description: 'Then backends go to their safe state.' }),
  fleetHash: Type.String(),
  problemDigest: Type.String({ description: 'The same digest has the same answer.' }),
  approval: Type.Enum(['automatic', 'pending', 'approved', 'rejected'], {
    description: '`pending`: nothing acts on it before somebody has approved it.',
  }),
  decided: Type.Optional(PlanDecision),
}

export const PlanSchema = Type.Object(
  { ...stamp, outcome: Outcome, inputs: Type.Object({ zones: Type.Array(ZoneInput) }) },
  { $id: 'Plan', description: 'An answer to one problem; never changed once it has a version.' },
)

export const PlanPageSchema = Type.Object(
  {
    items: Type.Array(Type.Object({ ...stamp, status: Type.Enum(['planned', 'infeasible']) }), {
      description: 'Newest first.',
    }),
    next: Type.Optional(Type.String({ description: 'Cursor of the next page, if there is one.' })),
  },
  { $id: 'PlanPage' },
)

export const PlanDiffSchema = Type.Object(
  {
    from: Type.Integer(),
    to: Type.Integer(),
    carbonG: Type.Object(
      { from: Type.Optional(Type.Number()), to: Type.Optional(Type.Number()) },
      { description: 'Predicted; absent where there was no feasible plan.' },
    ),
    changes: Type.Array(
      Type.Object({
        startMs: Type.Integer(),
        endMs: Type.Integer(),
        region: Type.String(),
        model: Type.String(),
        pointId: Type.String(),
        replicasBefore: Type.Integer(),
        replicasAfter: Type.Integer(),
        words: Type.String({ description: 'The reason, told by the loads of both plans.' }),
      }),
      { description: 'Only where the replicas of a window that both plans cover differ.' },
    ),
  },
  { $id: 'PlanDiff' },
)
export type PlanDiff = Of<typeof PlanDiffSchema>

export const Version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
