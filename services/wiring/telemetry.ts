import { AppError } from '../domain/errors.ts'
import type { Fleet } from '../fleet/index.ts'
import { sharedRead } from '../platform/shared-read.ts'
import { prometheus } from '../telemetry/adapters/prometheus.ts'
import { type MetricSource, readGpuWatts, readServing, type Serving } from '../telemetry/index.ts'
import { guardedHttp } from './guarded-http.ts'
import { readSecret } from './secrets.ts'

type Telemetry = NonNullable<Fleet['telemetry']>

export interface TelemetryDeps {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nowMs: () => number
  readonly warn: (message: string) => void
}

/** Several steps ask within a moment; metrics are no newer than their scrape interval anyway. */
const FRESH_MS = 5_000

/**
 * How each model is doing, by the fleet's telemetry. Nothing is known without one, nor while it
 * does not answer: knowledge is never a condition for carrying out a plan.
 *
 * @throws InvalidInput where the token is not set
 */
export async function openTelemetry(
  { telemetry }: Pick<Fleet, 'telemetry'>,
  { env, nowMs, warn }: TelemetryDeps,
): Promise<(model: string) => Promise<Serving>> {
  if (!telemetry) return async () => ({})
  const { engine, labels, modelNames, windowSeconds } = telemetry
  const source = await sourceOf(telemetry, env)
  const readers = new Map<string, () => Promise<Serving>>()

  async function ask(id: string): Promise<Serving> {
    try {
      const scope = { engine, labels, windowSeconds, model: modelNames[id] ?? id }
      return await readServing(source, scope)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      warn(`telemetry of ${id}: ${error.message}`)
      return {}
    }
  }

  return (id) => {
    const read = readers.get(id) ?? sharedRead(() => ask(id), { forMs: FRESH_MS, nowMs })
    readers.set(id, read)
    return read()
  }
}

/**
 * Watts of the GPUs that serve a model, by DCGM; undefined where the fleet does not say which they
 * are, or nobody answers.
 *
 * @throws InvalidInput where the token is not set
 */
export async function openPowerMeter(
  { telemetry }: Pick<Fleet, 'telemetry'>,
  { env, warn }: TelemetryDeps,
): Promise<(model: string) => Promise<number | undefined>> {
  if (!telemetry) return async () => undefined
  const { powerLabels, labels, windowSeconds } = telemetry
  const source = await sourceOf(telemetry, env)
  return async (id) => {
    const own = powerLabels[id]
    if (!own) return undefined
    try {
      return await readGpuWatts(source, { ...labels, ...own }, windowSeconds)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      warn(`power of ${id}: ${error.message}`)
      return undefined
    }
  }
}

async function sourceOf(
  { prometheus: { url, token }, ...reach }: Telemetry,
  env: TelemetryDeps['env'],
): Promise<MetricSource> {
  return prometheus(guardedHttp(reach), {
    baseUrl: url,
    ...(token !== undefined && { token: await readSecret(token, env) }),
  })
}
