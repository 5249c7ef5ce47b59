import type { FieldIssue } from '../../domain/errors.ts'
import type { MeaningCheck } from '../meaning-check.ts'
import type { Fleet } from '../schema/fleet.ts'

/** Promises that no plan could keep, whatever the hardware. */
export const checkPromises: readonly MeaningCheck[] = [
  { reads: ['origins', 'regions', 'models'], run: reach },
  { reads: ['models', 'regions'], run: sizes },
]

/** Every origin has a region that may serve it and is near enough for the first token. */
function* reach({ models, regions }: Fleet): Generator<FieldIssue> {
  for (const [index, { demand, residency, slo }] of models.entries()) {
    const allowed = regions.filter(({ id }) => residency?.regions.includes(id) ?? true)
    for (const [entry, { origin }] of demand.entries()) {
      const path = `/models/${index}/demand/${entry}/origin`
      const latencies = allowed.flatMap(({ latencyMs }) => latencyMs[origin] ?? [])
      const nearestMs = Math.min(...latencies)
      if (latencies.length === 0) {
        const where = residency ? 'region of its residency' : 'region'
        yield {
          path,
          message: `no ${where} says its latency to ${JSON.stringify(origin)}`,
          suggestion: `add \`${origin}: <ms>\` to a region's \`latencyMs\``,
        }
      } else if (nearestMs >= slo.ttftP95Ms) {
        yield {
          path: `/models/${index}/slo/ttftP95Ms`,
          message: `cannot be kept: the network from ${JSON.stringify(origin)} alone takes ${nearestMs} ms`,
        }
      }
    }
  }
}

/** Some region can hold one replica of a listed variant. */
function* sizes({ models, regions }: Fleet): Generator<FieldIssue> {
  for (const [index, { variants }] of models.entries()) {
    if (!Array.isArray(variants)) continue
    for (const [entry, variant] of variants.entries()) {
      const needed = variant.tensorParallel * variant.pipelineParallel * variant.dataParallel
      const largest = Math.max(
        0,
        ...regions.flatMap(({ gpus }) =>
          gpus.filter(({ type }) => type === variant.gpu).map(({ count }) => count),
        ),
      )
      if (largest > 0 && needed > largest) {
        const message = `one replica takes ${needed} ${variant.gpu}, no region has more than ${largest}`
        yield { path: `/models/${index}/variants/${entry}`, message }
      }
    }
  }
}
