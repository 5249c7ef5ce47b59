import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60]

export type Metrics = ReturnType<typeof openMetrics>

/**
 * What the workers measure; docs/metrics.md lists it. Labels are names from the fleet file and the
 * code, never ids, so that their number is bounded.
 */
export function openMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'gridtide_' })
  const registers = [registry]
  return {
    registry,
    jobs: new Counter({
      name: 'gridtide_jobs_total',
      help: 'Runs of jobs, by name and by what came of them',
      labelNames: ['job', 'outcome'] as const,
      registers,
    }),
    jobSeconds: new Histogram({
      name: 'gridtide_job_duration_seconds',
      help: 'How long a run of a job took',
      labelNames: ['job'] as const,
      buckets: SECONDS,
      registers,
    }),
    queuedJobs: new Gauge({
      name: 'gridtide_queue_jobs',
      help: 'Jobs in the queue, by name and state',
      labelNames: ['job', 'state'] as const,
      registers,
    }),
    queueClockAhead: new Gauge({
      name: 'gridtide_queue_clock_ahead_seconds',
      help: "How far the clock of the queue's server is ahead of ours; negative: behind",
      registers,
    }),
    plannedWindows: new Counter({
      name: 'gridtide_planned_windows_total',
      help: 'Windows of plans: kept from the plan before as they were, or planned',
      labelNames: ['origin'] as const,
      registers,
    }),
    gridRung: new Gauge({
      name: 'gridtide_grid_rung',
      help: 'Rung of trust of a zone: 1 live, 2 cached, 3 forecast, 4 blended, 5 climatology, 6 annual, 7 blind',
      labelNames: ['zone'] as const,
      registers,
    }),
    modelBias: new Gauge({
      name: 'gridtide_model_bias_ratio',
      help: 'Measured over predicted in production, smoothed, by model, layout and quantity',
      labelNames: ['model', 'layout', 'quantity'] as const,
      registers,
    }),
    modelDrift: new Gauge({
      name: 'gridtide_model_drift',
      help: '1 where the fitted model no longer describes production',
      labelNames: ['model', 'layout', 'quantity'] as const,
      registers,
    }),
    webhooks: new Counter({
      name: 'gridtide_webhook_attempts_total',
      help: 'Attempts to deliver a webhook, by endpoint and by what came of them',
      labelNames: ['endpoint', 'outcome'] as const,
      registers,
    }),
  }
}
