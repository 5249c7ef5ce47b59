import { AuditPageSchema } from './audit.ts'
import { DemandKeptSchema } from './demand.ts'
import { PlanExplanationSchema } from './explanation.ts'
import { ZoneForecastSchema, ZoneHistorySchema, ZoneNowSchema, ZoneScoreSchema } from './grid.ts'
import { HealthSchema, ReadinessSchema } from './health.ts'
import { KeyListSchema, KeySchema, MadeKeySchema } from './key.ts'
import { ModelListSchema, ModelSchema } from './model.ts'
import { PlanDiffSchema, PlanPageSchema, PlanSchema } from './plan.ts'
import { PolicySchema } from './policy.ts'
import { ProblemSchema } from './problem.ts'
import { RegionListSchema } from './region.ts'
import { SimulationSchema } from './simulation.ts'
import { DesiredReplicasSchema, TargetListSchema } from './target.ts'

/** Schemas with a name of their own in the OpenAPI document and in the client. */
export const SHARED_SCHEMAS = [
  AuditPageSchema,
  DemandKeptSchema,
  DesiredReplicasSchema,
  HealthSchema,
  KeyListSchema,
  KeySchema,
  MadeKeySchema,
  ModelListSchema,
  ModelSchema,
  PlanDiffSchema,
  PlanExplanationSchema,
  PlanPageSchema,
  PlanSchema,
  PolicySchema,
  ProblemSchema,
  ReadinessSchema,
  RegionListSchema,
  SimulationSchema,
  TargetListSchema,
  ZoneForecastSchema,
  ZoneHistorySchema,
  ZoneNowSchema,
  ZoneScoreSchema,
]
