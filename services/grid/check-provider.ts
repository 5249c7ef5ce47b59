import { AppError, NotFound, UpstreamRefused } from '../domain/errors.ts'
import { judgeSeries } from './judge-series.ts'
import type { GridProvider } from './port.ts'

export interface ProviderCheck {
  readonly ok: boolean
  readonly source: string
  readonly zone: string
  /** One line: what works, or what to do. */
  readonly words: string
  readonly horizonHours?: number
}

const HOUR_MS = 3_600_000

/** Asks a provider for a zone as the service would, and says what came of it. Never throws for it. */
export async function checkProvider(
  provider: GridProvider,
  zone: string,
  nowMs: number,
): Promise<ProviderCheck> {
  const about = { source: provider.name, zone }
  try {
    const access = await provider.access?.(zone)
    const may = access === undefined ? '' : `; may: ${access}`
    return { ...about, ...(await tryForecast(provider, zone, nowMs, may)) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...about, ok: false, words: `${error.message}${advice(error)}` }
  }
}

async function tryForecast(provider: GridProvider, zone: string, nowMs: number, may: string) {
  const series = await provider.forecast(zone).catch((error: unknown) => {
    if (!(error instanceof NotFound) || !provider.history) throw error
    return provider.history(zone, nowMs - 24 * HOUR_MS, nowMs)
  })
  const judgement = judgeSeries(series, { nowMs })
  if (judgement.verdict === 'quarantined') {
    const why = judgement.suspicions.map(({ reason, detail }) => `${reason}, ${detail}`).join('; ')
    return { ok: false, words: `not to be trusted: ${why}` }
  }
  const hours = (series.slots.at(-1)!.endMs - nowMs) / HOUR_MS
  const measure = `${series.signal}/${series.basis}`
  if (series.quality === 'live') return { ok: true, words: `${measure}, history only${may}` }
  const horizonHours = Math.round(hours * 10) / 10
  return { ok: true, horizonHours, words: `${measure}, ${horizonHours} h ahead${may}` }
}

function advice(error: AppError): string {
  if (error instanceof UpstreamRefused && (error.httpStatus === 401 || error.httpStatus === 403)) {
    return ': check the key, and what the plan includes'
  }
  return error.retryable ? ': try again later' : ''
}
