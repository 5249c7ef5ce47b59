import type { FieldIssue } from '../../domain/errors.ts'
import type { MeaningCheck } from '../meaning-check.ts'
import type { Fleet } from '../schema/fleet.ts'
import type { Model } from '../schema/model.ts'

/** Promises that no plan could keep, whatever the hardware. */
export const checkPromises: readonly MeaningCheck[] = [
  { reads: ['origins', 'regions', 'models'], run: reach },
  { reads: ['models', 'regions'], run: sizes },
  { reads: ['policy'], run: budget },
  { reads: ['policy'], run: priceOfChange },
]

/** Every origin has a region that may serve it and is near enough for the first token. */
function* reach({ models, regions }: Fleet): Generator<FieldIssue> {
  for (const [index, model] of models.entries()) {
    const { residency } = model
    const allowed = regions.filter(({ id }) => residency?.regions.includes(id) ?? true)
    for (const [entry, { origin }] of model.demand.entries()) {
      const latenciesMs = allowed.flatMap(({ latencyMs }) => latencyMs[origin] ?? [])
      const issue = reachProblem(model, origin, latenciesMs)
      if (!issue) continue
      const [field, rest] = issue
      const path = field === 'origin' ? `demand/${entry}/origin` : 'slo/ttftP95Ms'
      yield { path: `/models/${index}/${path}`, ...rest }
    }
  }
}

function reachProblem(
  { residency, slo }: Model,
  origin: string,
  latenciesMs: readonly number[],
): ['origin' | 'slo', { message: string; suggestion?: string }] | undefined {
  const nearestMs = Math.min(...latenciesMs)
  if (latenciesMs.length === 0) {
    const where = residency ? 'region of its residency' : 'region'
    const message = `no ${where} says its latency to ${JSON.stringify(origin)}`
    return [
      'origin',
      { message, suggestion: `add \`${origin}: <ms>\` to a region's \`latencyMs\`` },
    ]
  }
  if (nearestMs < slo.ttftP95Ms) return undefined
  const message = `cannot be kept: the network from ${JSON.stringify(origin)} alone takes ${nearestMs} ms`
  return ['slo', { message }]
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

/** A budget bounds what money is saved at; least carbon has no use for one. */
function* budget({ policy }: Fleet): Generator<FieldIssue> {
  if (policy.budgetKgPerDay === undefined || policy.objective === 'cost') return
  const message = 'only bounds the objective `cost`; the others have no use for a carbon budget'
  yield { path: '/policy/budgetKgPerDay', message, suggestion: 'set `objective: cost`' }
}

/** Grams are no price where grams do not count. */
function* priceOfChange({ policy }: Fleet): Generator<FieldIssue> {
  if (policy.changeGPerGpu === 0 || policy.objective === 'carbon') return
  const message = 'only counts with the objective `carbon`'
  yield { path: '/policy/changeGPerGpu', message, suggestion: 'set `objective: carbon`' }
}
