import type { FieldIssue } from '../../domain/errors.ts'
import { suggestionFor } from '../closest.ts'
import type { MeaningCheck } from '../meaning-check.ts'
import { pointerTo } from '../read-value.ts'
import type { Fleet } from '../schema/fleet.ts'

const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id)
const inventoryOf = ({ regions }: Fleet) => [
  ...new Set(regions.flatMap(({ gpus }) => gpus.map(({ type }) => type))),
]

/** What is referred to exists. */
export const checkReferences: readonly MeaningCheck[] = [
  { reads: ['origins', 'regions'], run: latencyOrigins },
  { reads: ['origins', 'models'], run: demandOrigins },
  { reads: ['regions'], run: gpuTypes },
  { reads: ['grid'], run: replays },
  { reads: ['models'], run: architectures },
  { reads: ['regions', 'models'], run: residencies },
  { reads: ['regions', 'models'], run: variantGpus },
  ...(['backends', 'routes', 'powerCaps'] as const).map(
    (section): MeaningCheck => ({
      reads: ['regions', 'models', section],
      run: (fleet) => targets(fleet, section),
    }),
  ),
  { reads: ['regions', 'models', 'batchEndpoints'], run: batchEndpoints },
  { reads: ['regions', 'jobSchedulers'], run: jobSchedulers },
  { reads: ['origins', 'routes'], run: routeOrigins },
  { reads: ['routes'], run: routeNames },
  { reads: ['models', 'telemetry'], run: measuredModels },
  { reads: ['telemetry'], run: metricLabels },
  { reads: ['regions', 'models', 'policy'], run: pins },
]

function* latencyOrigins({ regions, origins }: Fleet): Generator<FieldIssue> {
  for (const [index, { latencyMs }] of regions.entries()) {
    for (const origin of Object.keys(latencyMs)) {
      yield* known('origin', origin, origins, pointerTo(`/regions/${index}/latencyMs`, origin))
    }
  }
}

function* demandOrigins({ models, origins }: Fleet): Generator<FieldIssue> {
  for (const [index, { demand }] of models.entries()) {
    for (const [entry, { origin }] of demand.entries()) {
      yield* known('origin', origin, origins, `/models/${index}/demand/${entry}/origin`)
    }
  }
}

function* batchEndpoints({ regions, models, batchEndpoints }: Fleet): Generator<FieldIssue> {
  for (const [index, { model, region }] of batchEndpoints.entries()) {
    yield* known('model', model, idsOf(models), `/batchEndpoints/${index}/model`)
    if (region === undefined) continue
    yield* known('region', region, idsOf(regions), `/batchEndpoints/${index}/region`)
  }
}

function* jobSchedulers({ regions, jobSchedulers }: Fleet): Generator<FieldIssue> {
  for (const [index, one] of jobSchedulers.entries()) {
    const path = `/jobSchedulers/${index}`
    if (one.kind !== 'multikueue') {
      yield* known('region', one.region, idsOf(regions), `${path}/region`)
      continue
    }
    for (const [entry, { region }] of one.clusters.entries()) {
      yield* known('region', region, idsOf(regions), `${path}/clusters/${entry}/region`)
    }
  }
}

function* gpuTypes(
  { regions }: Fleet,
  { gpus: catalogue }: { readonly gpus?: readonly string[] },
): Generator<FieldIssue> {
  if (!catalogue) return
  for (const [index, { gpus }] of regions.entries()) {
    for (const [entry, { type }] of gpus.entries()) {
      yield* known('GPU', type, catalogue, `/regions/${index}/gpus/${entry}/type`)
    }
  }
}

function* replays({ grid }: Fleet): Generator<FieldIssue> {
  for (const [index, source] of grid.sources.entries()) {
    if (source.source === 'csv' && !source.forecasts && !source.history) {
      yield { path: `/grid/sources/${index}`, message: 'needs `forecasts`, `history` or both' }
    }
  }
}

function* architectures(
  { models }: Fleet,
  { models: catalogue }: { readonly models?: readonly string[] },
): Generator<FieldIssue> {
  for (const [index, model] of models.entries()) {
    const path = `/models/${index}`
    if ((model.catalogue === undefined) === (model.architecture === undefined)) {
      yield { path, message: 'needs either `catalogue` or `architecture`' }
    }
    if (model.catalogue !== undefined && catalogue) {
      yield* known('catalogue model', model.catalogue, catalogue, `${path}/catalogue`)
    }
  }
}

function* residencies({ models, regions }: Fleet): Generator<FieldIssue> {
  for (const [index, { residency }] of models.entries()) {
    for (const [entry, region] of (residency?.regions ?? []).entries()) {
      const path = `/models/${index}/residency/regions/${entry}`
      yield* known('region', region, idsOf(regions), path)
    }
  }
}

function* variantGpus(fleet: Fleet): Generator<FieldIssue> {
  const inventory = inventoryOf(fleet)
  for (const [index, { variants }] of fleet.models.entries()) {
    if (variants === 'auto') continue
    const path = `/models/${index}/variants`
    if (Array.isArray(variants)) {
      for (const [entry, { gpu }] of variants.entries()) {
        yield* known('GPU of any region', gpu, inventory, `${path}/${entry}/gpu`)
      }
      continue
    }
    for (const [entry, gpu] of (variants.gpus ?? []).entries()) {
      yield* known('GPU of any region', gpu, inventory, `${path}/gpus/${entry}`)
    }
  }
}

function* targets(
  { models, regions, ...fleet }: Fleet,
  section: 'backends' | 'routes' | 'powerCaps',
): Generator<FieldIssue> {
  for (const [index, { targets }] of fleet[section].entries()) {
    for (const [entry, target] of targets.entries()) {
      const path = `/${section}/${index}/targets/${entry}`
      if (target.model) yield* known('model', target.model, idsOf(models), `${path}/model`)
      if (target.region) yield* known('region', target.region, idsOf(regions), `${path}/region`)
    }
  }
}

function* routeOrigins({ routes, origins }: Fleet): Generator<FieldIssue> {
  for (const [index, { targets }] of routes.entries()) {
    for (const [entry, { origin }] of targets.entries()) {
      if (origin)
        yield* known('origin', origin, origins, `/routes/${index}/targets/${entry}/origin`)
    }
  }
}

/** A route is one object: what it is called can name its model, and a region it is told of. */
function* routeNames({ routes }: Fleet): Generator<FieldIssue> {
  const all = routes.flatMap(({ targets }, index) =>
    targets.map((target, entry) => ({ target, path: `/routes/${index}/targets/${entry}` })),
  )
  for (const { target, path } of all) {
    const { backend: _, region, ...where } = target
    const unknown = region === undefined ? /\{(region|variant)\}/ : /\{variant\}/
    for (const [field, text] of Object.entries(where)) {
      const [whole] = unknown.exec(String(text)) ?? []
      const message = `${whole} is not known here; it may stand in \`backend\``
      if (whole) yield { path: `${path}/${field}`, message }
    }
  }
}

function* measuredModels({ telemetry, models }: Fleet): Generator<FieldIssue> {
  for (const model of Object.keys(telemetry?.modelNames ?? {})) {
    yield* known('model', model, idsOf(models), pointerTo('/telemetry/modelNames', model))
  }
  for (const model of Object.keys(telemetry?.powerLabels ?? {})) {
    yield* known('model', model, idsOf(models), pointerTo('/telemetry/powerLabels', model))
  }
}

function* metricLabels({ telemetry }: Fleet): Generator<FieldIssue> {
  yield* labelNames(telemetry?.labels ?? {}, '/telemetry/labels')
  for (const [model, labels] of Object.entries(telemetry?.powerLabels ?? {})) {
    yield* labelNames(labels, pointerTo('/telemetry/powerLabels', model))
  }
}

function* labelNames(labels: object, path: string): Generator<FieldIssue> {
  for (const label of Object.keys(labels)) {
    if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) continue
    const message = 'is no label of Prometheus: letters, digits and `_`'
    yield { path: pointerTo(path, label), message }
  }
}

function* pins({ policy, models, regions }: Fleet): Generator<FieldIssue> {
  for (const [index, { model, region }] of policy.pinned.entries()) {
    const path = `/policy/pinned/${index}`
    yield* known('model', model, idsOf(models), `${path}/model`)
    if (region) yield* known('region', region, idsOf(regions), `${path}/region`)
  }
}

function* known(
  what: string,
  name: string,
  names: readonly string[],
  path: string,
): Generator<FieldIssue> {
  if (names.includes(name)) return
  const suggestion = suggestionFor(name, names)
  const message = `there is no ${what} ${JSON.stringify(name)}`
  yield { path, message, ...(suggestion && { suggestion }) }
}
