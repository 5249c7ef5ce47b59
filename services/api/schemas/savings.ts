import { Type } from 'typebox'
import { strict } from './parts.ts'
import type { Of } from './ref.ts'

const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

export const SpanQuery = strict({
  fromMs: Type.Optional(Instant),
  toMs: Type.Optional(Instant),
})

const Emitted = {
  energyKwh: Type.Number(),
  carbonG: Type.Number({ description: 'gCO2e.' }),
  carbonLowG: Type.Optional(Type.Number({ description: '10 % quantile.' })),
  carbonHighG: Type.Optional(Type.Number({ description: '90 % quantile.' })),
}

const band = {
  savedLowG: Type.Optional(
    Type.Number({ description: '10 % quantile; absent where a window was settled without.' }),
  ),
  savedHighG: Type.Optional(Type.Number({ description: '90 % quantile.' })),
}

const totals = {
  windows: Type.Integer({ description: 'Windows that have been settled.' }),
  tokens: Type.Number({ description: 'Output tokens, deferrable ones included.' }),
  planned: Type.Object(Emitted),
  baseline: Type.Object(Emitted, { description: 'The static rule of thumb, at the same load.' }),
  savedG: Type.Number({ description: 'gCO2e; negative: more than the baseline.' }),
  ...band,
}

const Lever = Type.Object({
  lever: Type.String(),
  carbonG: Type.Optional(Type.Number()),
  savedG: Type.Optional(
    Type.Number({ description: 'Against the lever before; negative: a loss.' }),
  ),
  ...band,
  ofStatic: Type.Optional(Type.Number({ description: 'Carbon against the static rule of thumb.' })),
  words: Type.String(),
})

export const Levers = Type.Object(
  { atMs: Type.Integer(), levers: Type.Array(Lever) },
  { description: 'What each lever adds over the horizon of the plan at that instant.' },
)

const Day = Type.Object({
  dayStartMs: Type.Integer({ description: 'Midnight, UTC.' }),
  ...totals,
  levers: Type.Optional(Levers),
})

export const SavingsSchema = Type.Object(
  {
    fromMs: Type.Integer(),
    toMs: Type.Integer(),
    total: Type.Object(totals),
    days: Type.Array(Day, {
      description: 'Oldest first; days without a settled window are absent.',
    }),
  },
  { $id: 'Savings' },
)
export type Savings = Of<typeof SavingsSchema>

export const SciReportSchema = Type.Object(
  {
    fromMs: Type.Integer(),
    toMs: Type.Integer(),
    scoreG: Type.Optional(
      Type.Number({ description: 'gCO2e per functional unit; absent where nothing was served.' }),
    ),
    functionalUnit: Type.String(),
    units: Type.Number({ description: 'Functional units served.' }),
    energyKwh: Type.Number({ description: 'Of every GPU provisioned, idle ones included.' }),
    carbonG: Type.Number(),
    embodied: Type.Enum(['counted', 'left out']),
    boundary: Type.String(),
    method: Type.String(),
  },
  { $id: 'SciReport' },
)
export type SciReport = Of<typeof SciReportSchema>
