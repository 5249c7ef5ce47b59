import { type Static, Type } from 'typebox'
import { Id, oneOf, strict, Timezone } from './parts.ts'

const LocalTime = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  description: 'Local time, `HH:MM`.',
})

const QuietHours = strict(
  { from: LocalTime, to: LocalTime, timezone: Timezone },
  { description: 'A daily span without changes; it may pass midnight.' },
)

const Pin = strict(
  {
    model: Id,
    region: Type.Optional(Id),
    variant: Type.String({ minLength: 1, maxLength: 200, description: 'A variant id.' }),
  },
  { description: 'The only variant that a model may use.' },
)

export const Policy = strict(
  {
    objective: oneOf(['carbon', 'energy', 'cost'], {
      default: 'carbon',
      description: 'What a plan makes least of.',
    }),
    carbonGPerUsd: Type.Number({
      minimum: 0,
      maximum: 1e9,
      default: 0,
      description: 'gCO2e that one dollar is worth, added to a carbon objective.',
    }),
    budgetKgPerDay: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'Most kgCO2e in a day; needs the objective `cost`.',
      }),
    ),
    maxChangedGpusPerWindow: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Most GPUs started or stopped in one window.' }),
    ),
    changeGPerGpu: Type.Number({
      minimum: 0,
      maximum: 1e9,
      default: 0,
      description:
        'gCO2e that a new plan has to save for each GPU that it starts or stops more than the plan in force; needs the objective `carbon`.',
    }),
    minDwellMinutes: Type.Number({
      minimum: 0,
      maximum: 10_080,
      default: 30,
      description: 'How long a replica stays once started.',
    }),
    countEmbodied: Type.Boolean({
      default: false,
      description: 'Count manufacturing carbon: right for rented GPUs, sunk for owned ones.',
    }),
    riskAversion: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0,
      description: '0 plans on the expected intensity, 1 on its upper quantile.',
    }),
    approval: oneOf(['automatic', 'required'], {
      default: 'automatic',
      description:
        '`required`: nothing acts on a plan before somebody has approved it; the one before stays in force until it runs out.',
    }),
    quietHours: Type.Array(QuietHours, { maxItems: 20, default: [], description: 'No changes.' }),
    pinned: Type.Array(Pin, { maxItems: 1000, default: [], description: 'Fixed variants.' }),
  },
  { default: {}, description: 'What to strive for, and what not to touch.' },
)
export type Policy = Static<typeof Policy>

export const SafeState = strict(
  {
    afterMinutes: Type.Number({
      minimum: 5,
      maximum: 10_080,
      default: 120,
      description: 'Without a fresh plan for this long, backends go to the safe state.',
    }),
    state: oneOf(['hold', 'peak'], {
      default: 'peak',
      description: '`hold`: stay as they are. `peak`: replicas for the peak demand of the horizon.',
    }),
    whenGone: oneOf(['grow', 'hold'], {
      default: 'grow',
      description:
        'What autoscalers are left with, for when every process of ours is dead; only with `peak`. `grow`: at least the plan, with room to grow alone to the peak demand. `hold`: exactly the plan.',
    }),
  },
  { default: {}, description: 'Where backends go when nobody plans any more.' },
)
