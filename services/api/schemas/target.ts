import { Type } from 'typebox'
import { Next } from './parts.ts'
import type { Of } from './ref.ts'

const Bounds = Type.Object({ min: Type.Integer(), max: Type.Integer() })

const TargetSchema = Type.Object({
  id: Type.String({ description: 'E.g. `eu-north.llama-70b.H100-tp2-pp1-fp8-b64`.' }),
  kind: Type.String({ description: 'What is steered: replicas, a route, power or an engine.' }),
  region: Type.String(),
  backend: Type.String(),
  wanted: Type.Optional(Type.Object({ replicas: Type.Optional(Bounds) })),
  observed: Type.Optional(
    Type.Object({
      replicas: Type.Optional(Bounds),
      readyReplicas: Type.Optional(Type.Integer()),
      health: Type.String(),
      observedAtMs: Type.Integer(),
    }),
  ),
  status: Type.String({ description: '`synced`, `moving`, `drifted`, `paused` or `unknown`.' }),
  words: Type.Optional(Type.String({ description: 'Why it is not synced.' })),
})
export type TargetView = Of<typeof TargetSchema>

export const TargetListSchema = Type.Object(
  { items: Type.Array(TargetSchema), next: Next },
  { $id: 'TargetList' },
)

export const DesiredReplicasSchema = Type.Object(
  {
    desiredReplicas: Type.Integer({ minimum: 0 }),
    active: Type.Integer({ minimum: 0, maximum: 1, description: '0 lets KEDA scale to zero.' }),
    planVersion: Type.Integer(),
  },
  { $id: 'DesiredReplicas', description: 'As the metrics-api scaler of KEDA reads it.' },
)
export type DesiredReplicas = Of<typeof DesiredReplicasSchema>
