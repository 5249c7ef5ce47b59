import type { CarbonBasis, CarbonSeries, CarbonSignal } from '../domain/carbon-series.ts'

/**
 * A source of grid carbon intensity.
 *
 * To add one: write `adapters/<vendor>.ts`, record one real answer under
 * `test/fixtures/grid/<vendor>.json`, call `describeGridProvider` on it, add one line to
 * `services/wiring.ts`. Nothing else changes.
 */
export interface GridProvider {
  readonly name: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis

  /**
   * The newest forecast for `zone`, in gCO2e/kWh, as the provider issued it: never resampled,
   * gap-filled or blended here (that is the work of `services/forecast`).
   *
   * @param zone the zone key of the fleet file; the adapter maps it to the provider's own
   * @throws UpstreamUnavailable | UpstreamRefused | UpstreamMalformed | NotFound (zone not covered)
   */
  forecast(zone: string, abort?: AbortSignal): Promise<CarbonSeries>

  /** Measured or estimated values of [fromMs, toMs), where the provider has history. */
  history?(zone: string, fromMs: number, toMs: number, abort?: AbortSignal): Promise<CarbonSeries>
}
