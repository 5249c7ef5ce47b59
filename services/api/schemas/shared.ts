import { ActionPageSchema } from './action.ts'
import { AuditPageSchema } from './audit.ts'
import { BatchAnswerSchema, BatchJobPageSchema, BatchJobSchema } from './batch.ts'
import { DemandKeptSchema, DemandSchema } from './demand.ts'
import { EventPageSchema } from './event.ts'
import { PlanExplanationSchema } from './explanation.ts'
import { ModelFitSchema } from './fit.ts'
import { ZoneForecastSchema, ZoneHistorySchema, ZoneNowSchema, ZoneScoreSchema } from './grid.ts'
import { HealthSchema, ReadinessSchema } from './health.ts'
import { KeyListSchema, KeySchema, MadeKeySchema } from './key.ts'
import { ModelListSchema, ModelSchema } from './model.ts'
import {
  OpenaiBatchPageSchema,
  OpenaiBatchSchema,
  OpenaiErrorSchema,
  OpenaiFileDeletedSchema,
  OpenaiFilePageSchema,
  OpenaiFileSchema,
} from './openai.ts'
import { PlanDiffSchema, PlanPageSchema, PlanSchema } from './plan.ts'
import { PlanFiguresSchema } from './plan-figures.ts'
import { PolicySchema } from './policy.ts'
import { ProblemSchema } from './problem.ts'
import { DeadJobsSchema, QueueHealthSchema } from './queue.ts'
import { RegionListSchema } from './region.ts'
import { RunsKeptSchema, RunsPageSchema } from './runs.ts'
import { SavingsSchema, SciReportSchema } from './savings.ts'
import { SimulationSchema } from './simulation.ts'
import { SloSchema } from './slo.ts'
import { StopSchema } from './stop.ts'
import { DesiredReplicasSchema, TargetListSchema } from './target.ts'
import { DeliveryPageSchema, PingSchema, ReplayedSchema, WebhookListSchema } from './webhook.ts'

/** Schemas with a name of their own in the OpenAPI document and in the client. */
export const SHARED_SCHEMAS = [
  ActionPageSchema,
  AuditPageSchema,
  BatchAnswerSchema,
  BatchJobPageSchema,
  BatchJobSchema,
  DeadJobsSchema,
  DeliveryPageSchema,
  DemandKeptSchema,
  DemandSchema,
  DesiredReplicasSchema,
  EventPageSchema,
  HealthSchema,
  KeyListSchema,
  KeySchema,
  MadeKeySchema,
  ModelFitSchema,
  ModelListSchema,
  ModelSchema,
  OpenaiBatchPageSchema,
  OpenaiBatchSchema,
  OpenaiErrorSchema,
  OpenaiFileDeletedSchema,
  OpenaiFilePageSchema,
  OpenaiFileSchema,
  PingSchema,
  PlanDiffSchema,
  PlanExplanationSchema,
  PlanFiguresSchema,
  PlanPageSchema,
  PlanSchema,
  PolicySchema,
  ProblemSchema,
  QueueHealthSchema,
  ReadinessSchema,
  RegionListSchema,
  ReplayedSchema,
  RunsKeptSchema,
  RunsPageSchema,
  SavingsSchema,
  SciReportSchema,
  SimulationSchema,
  SloSchema,
  StopSchema,
  TargetListSchema,
  WebhookListSchema,
  ZoneForecastSchema,
  ZoneHistorySchema,
  ZoneNowSchema,
  ZoneScoreSchema,
]
