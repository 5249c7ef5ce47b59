import { Type } from 'typebox'
import { strict } from './parts.ts'
import type { Of } from './ref.ts'

/** The parts of the fleet's policy that may be changed while it runs. */
const fields = {
  objective: Type.Enum(['carbon', 'energy', 'cost'], {
    description: 'What a plan makes least of.',
  }),
  carbonGPerUsd: Type.Number({
    minimum: 0,
    maximum: 1e9,
    description: 'gCO2e that one dollar is worth, added to a carbon objective.',
  }),
  budgetKgPerDay: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1e12, description: 'Most kgCO2e in a day.' }),
  ),
  maxChangedGpusPerWindow: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1e9, description: 'Most GPUs moved in one window.' }),
  ),
  minDwellMinutes: Type.Number({
    minimum: 0,
    maximum: 10_080,
    description: 'How long a replica stays once started.',
  }),
}

const Approval = Type.Enum(['automatic', 'required'], {
  description: 'Whether somebody has to approve a plan before anything acts on it.',
})

export const PolicyChangeSchema = strict(
  { ...fields, approval: Type.Optional(Approval) },
  { description: 'Replaces these fields; `approval` left out is that of the fleet file.' },
)
export const PolicySchema = Type.Object({ ...fields, approval: Approval }, { $id: 'Policy' })
export type PolicyChange = Of<typeof PolicyChangeSchema>
export type PolicyView = Of<typeof PolicySchema>
