import { kgFromG } from '../../domain/units.ts'
import type { Arena } from '../arena.ts'
import type { DeferrableResult } from '../deferrable/play-jobs.ts'
import type { PolicyResult } from '../play-policy.ts'

/** One row a policy and run. */
export function runsCsv(results: readonly PolicyResult[]): string {
  const head =
    'policy,from_utc,hours,carbon_kg,energy_kwh,marginal_kg,embodied_kg,sci_g_per_1k_tokens,late_share,slo_pct,gpu_hours,starts,plans,mean_latency_ms,cost_usd,headroom,replan_minutes,layout,guard_use'
  const rows = results.flatMap(({ policy, knobs, runs }) =>
    runs.map((run) =>
      [
        policy,
        new Date(run.fromMs).toISOString(),
        run.hours,
        kgFromG(run.carbonG),
        run.energyKwh,
        run.marginalG === undefined ? '' : kgFromG(run.marginalG),
        kgFromG(run.embodiedG),
        run.sciGPer1kTokens,
        run.lateShare,
        run.sloPct,
        run.gpuHours,
        run.starts,
        run.plans,
        run.meanLatencyMs,
        run.costUsd,
        knobs.headroom,
        knobs.replanMinutes,
        knobs.layout,
        knobs.guardUse ?? '',
      ].join(),
    ),
  )
  return `${[head, ...rows].join('\n')}\n`
}

/** One row a rule for deferrable work. */
export function deferrableCsv(results: readonly DeferrableResult[]): string {
  const head = 'policy,jobs,late_jobs,energy_kwh,carbon_kg,saving,mean_delay_hours'
  const rows = results.map((result) =>
    [
      result.policy,
      result.jobs,
      result.lateJobs,
      result.energyKwh,
      kgFromG(result.carbonG),
      result.saving,
      result.meanDelayHours,
    ].join(),
  )
  return `${[head, ...rows].join('\n')}\n`
}

/**
 * Hour by hour and region by region, as the GHG Protocol's location-based method asks: energy, the
 * grid's intensity in that hour, and their product.
 */
export function hourlyCsv(arena: Arena, { policy, runs }: PolicyResult): string {
  const rows = runs.flatMap(({ fromMs, hourly }) =>
    hourly.flatMap(({ energyKwh, carbonG, tokens }, r) =>
      energyKwh.map((kwh, hour) =>
        [
          policy,
          new Date(fromMs + hour * 3_600_000).toISOString(),
          arena.problem.regions[r]!.id,
          arena.problem.regions[r]!.zone,
          kwh,
          kwh > 0 ? carbonG[hour]! / kwh : '',
          carbonG[hour],
          tokens[hour],
        ].join(),
      ),
    ),
  )
  return `${['policy,hour_utc,region,zone,energy_kwh,g_per_kwh,carbon_g,output_tokens', ...rows].join('\n')}\n`
}
