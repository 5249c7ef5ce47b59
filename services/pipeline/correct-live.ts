import { layoutId, type Variant } from '../domain/variant.ts'
import type { FitStore, KeptBias, LiveBiasStore } from '../fits/index.ts'
import {
  type LiveFactors,
  type LiveObservation,
  liveFactorsOf,
  NO_BIAS,
  correctLive as update,
} from '../fitting/index.ts'
import type { NewEvent } from '../notification/index.ts'
import type { Assignment } from '../planning/index.ts'
import type { PlanStore } from '../plans/index.ts'
import { inForce } from './plan-events.ts'
import type { ReadServing } from './serving-now.ts'

type Quantity = keyof LiveFactors

/** A prediction of one replica: log of ms per step, or of W, and its posterior deviation. */
export type LivePrediction = Readonly<
  Record<Quantity, { readonly logMean: number; readonly logSd: number }>
>

export interface CorrectLivePorts {
  readonly plans: Pick<PlanStore, 'current'>
  readonly fits: Pick<FitStore, 'all'>
  readonly biases: Pick<LiveBiasStore, 'of' | 'save'>
  readonly serving: ReadServing
  /** Watts of all GPUs that serve a model; undefined where nobody tells. */
  gpuWatts(model: string): Promise<number | undefined>
  /** Uncorrected prediction of one replica with `batch` sequences running. */
  predicted(model: string, variant: Variant, batch: number): Promise<LivePrediction | undefined>
  /** When anything of these targets was last told, ms. */
  changedAtMs(model: string): Promise<number | undefined>
  tell(events: readonly NewEvent[]): Promise<void>
  /** A correction changed by enough to plan with it. */
  refit(model: string): Promise<void>
  observe(kept: KeptBias): void
  nowMs(): number
}

/** Replicas that start or drain are counted by the metrics and by nobody else. */
const SETTLED_MS = 10 * 60_000
/** A process that comes second within a minute has nothing new to say. */
const LEAST_APART_MS = 45_000
/** Fits are made anew when a factor has moved by this much, as a ratio. */
const WORTH_A_REFIT = 1.02

/**
 * Compares what runs with what was predicted of it, and keeps the running bias of each layout.
 *
 * The step is the requests running over the tokens they make (Little's law), the power DCGM's; both
 * against the prediction at the batch that is running now. Only a model that one layout serves,
 * unchanged for ten minutes, is compared: metrics do not say which layout a token came from.
 *
 * @returns how many quantities were compared
 */
export async function correctLive(ports: CorrectLivePorts): Promise<{ compared: number }> {
  const stored = await ports.plans.current()
  const nowMs = ports.nowMs()
  if (stored?.outcome.status !== 'planned' || nowMs >= stored.validUntilMs) return { compared: 0 }
  const running = inForce(stored.outcome.plan, nowMs)
  let compared = 0
  for (const model of new Set(running.map((one) => one.model))) {
    const own = running.filter((one) => one.model === model)
    compared += await compareModel(ports, model, own, nowMs)
  }
  return { compared }
}

async function compareModel(
  ports: CorrectLivePorts,
  model: string,
  running: readonly Assignment[],
  nowMs: number,
): Promise<number> {
  const variant = await onlyVariant(ports, model, running)
  const changedAtMs = await ports.changedAtMs(model)
  if (!variant || (changedAtMs !== undefined && nowMs - changedAtMs < SETTLED_MS)) return 0
  const replicas = running.reduce((sum, one) => sum + one.replicas, 0)
  const seen = await lookAt(ports, model, variant, replicas)
  const known = await ports.biases.of(model)
  let compared = 0
  for (const { quantity, ...observation } of seen) {
    const layout = layoutId(variant)
    const before = known.find((one) => one.layout === layout && one.quantity === quantity)
    if (before && nowMs - before.updatedAtMs < LEAST_APART_MS) continue
    const { bias, drift } = update(before?.bias ?? NO_BIAS, observation)
    const kept = { model, layout, quantity, bias, drift, updatedAtMs: nowMs }
    if (await keep(ports, kept, before)) compared++
  }
  return compared
}

/** What metrics and prediction say of one replica; nothing where either is silent. */
async function lookAt(
  ports: CorrectLivePorts,
  model: string,
  variant: Variant,
  replicas: number,
): Promise<readonly (LiveObservation & { readonly quantity: Quantity })[]> {
  const { requestsRunning = 0, outputTokensPerSecond = 0 } = await ports.serving(model)
  const batch = requestsRunning / replicas
  if (batch < 1 || outputTokensPerSecond <= 0) return []
  const predicted = await ports.predicted(model, variant, batch)
  if (!predicted) return []
  const of = (quantity: Quantity, measured: number) => {
    const { logMean, logSd } = predicted[quantity]
    return { quantity, measured, predicted: Math.exp(logMean), logSd }
  }
  const step = of('step', (1e3 * requestsRunning) / outputTokensPerSecond)
  const watts = await ports.gpuWatts(model)
  return watts === undefined || watts <= 0 ? [step] : [step, of('power', watts / replicas)]
}

/** The one layout that serves a model; undefined where several do, or its fit is forgotten. */
async function onlyVariant(
  { fits }: CorrectLivePorts,
  model: string,
  running: readonly Assignment[],
): Promise<Variant | undefined> {
  const ids = new Set(running.map(({ pointId }) => pointId))
  if (ids.size !== 1) return undefined
  const points = (await fits.all()).find((fit) => fit.model === model)?.points
  return points?.find(({ id }) => ids.has(id))?.variant
}

/** @returns false where another process compared first */
async function keep(
  ports: CorrectLivePorts,
  kept: KeptBias,
  before: KeptBias | undefined,
): Promise<boolean> {
  // Ahead of what says that it was told: whoever dies in between tells it again, as one event.
  if (kept.drift && !before?.drift) await tellOf(ports, kept, before)
  if (!(await ports.biases.save(kept, before?.updatedAtMs))) return false
  ports.observe(kept)
  const [was, is] = [before ? factorOf(before) : 1, factorOf(kept)]
  if (Math.max(was / is, is / was) >= WORTH_A_REFIT) await ports.refit(kept.model)
  return true
}

async function tellOf(
  ports: CorrectLivePorts,
  { model, layout, quantity, bias, updatedAtMs }: KeptBias,
  before: KeptBias | undefined,
): Promise<void> {
  await ports.tell([
    {
      type: 'model.drift',
      subject: `model/${model}`,
      key: `${model}/${layout}/${quantity}/${before?.updatedAtMs ?? 0}`,
      occurredAtMs: updatedAtMs,
      data: { model, layout, quantity, measuredOverPredicted: Math.exp(bias.logBias) },
    },
  ])
}

const factorOf = (kept: KeptBias): number =>
  liveFactorsOf([kept]).get(kept.layout)?.[kept.quantity] ?? 1
