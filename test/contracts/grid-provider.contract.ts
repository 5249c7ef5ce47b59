import { describe, expect, it } from 'vitest'
import { assertCarbonSeries } from '../../services/domain/carbon-series.ts'
import { AppError, NotFound } from '../../services/domain/errors.ts'
import type { GridProvider } from '../../services/grid/index.ts'
import type { HttpClient } from '../../services/platform/http.ts'
import { type Answer, type Script, scriptedHttp } from '../support/scripted-http.ts'

export interface GridProviderCase {
  readonly name: string
  readonly make: (http: HttpClient) => GridProvider
  /** The service as documented; undefined for a provider without network. */
  readonly service?: Script
  readonly zone: string
  /** First and last value of the newest forecast in gCO2e/kWh; undefined: it has none. */
  readonly forecastG?: readonly [first: number, last: number]
  readonly history?: { readonly fromMs: number; readonly toMs: number; readonly firstG: number }
}

const silent: Script = () => ({ down: true })

/** What every grid provider promises, whoever is behind it. */
export function describeGridProvider(given: GridProviderCase): void {
  const { name, zone, service = silent } = given
  const make = (script: Script): GridProvider => given.make(scriptedHttp(script))

  describe(`${name} keeps the promises of a grid provider`, () => {
    it('tells what it measures', () => {
      const { signal, basis } = make(service)
      expect(['average', 'marginal']).toContain(signal)
      expect(['lifecycle', 'direct', 'operational']).toContain(basis)
    })

    it.runIf(given.forecastG)('gives a forecast with everything needed to judge it', async () => {
      const provider = make(service)
      const series = assertCarbonSeries(await provider.forecast(zone))
      expect(series).toMatchObject({
        zone,
        source: provider.name,
        signal: provider.signal,
        basis: provider.basis,
      })
      expect(series.issuedAtMs).toBeGreaterThan(0)
      expect(series.slots[0]?.carbonGPerKwh).toBeCloseTo(given.forecastG![0], 3)
      expect(series.slots.at(-1)?.carbonGPerKwh).toBeCloseTo(given.forecastG![1], 3)
    })

    it.runIf(given.history)('gives history inside the asked range only', async () => {
      const { fromMs, toMs, firstG } = given.history!
      const series = assertCarbonSeries(await make(service).history!(zone, fromMs, toMs))
      expect(series.slots[0]?.carbonGPerKwh).toBeCloseTo(firstG, 3)
      expect(series.slots[0]?.startMs).toBeGreaterThanOrEqual(fromMs)
      expect(series.slots.at(-1)?.startMs).toBeLessThan(toMs)
      expect(series.quality).toBe('live')
    })

    it('says of a zone it does not know that it does not', async () => {
      const failure = failureOf(make(service), 'NOWHERE-XX')
      await expect(failure).resolves.toSatisfy(
        (error) => error instanceof NotFound || error instanceof AppError,
      )
    })

    describe.runIf(given.service)('when the service misbehaves', () => {
      it.each<[string, Answer, string]>([
        ['does not answer', { down: true }, 'UPSTREAM_UNAVAILABLE'],
        ['is overloaded', { status: 503 }, 'UPSTREAM_UNAVAILABLE'],
        ['has had enough of us', { status: 429 }, 'UPSTREAM_UNAVAILABLE'],
        ['forbids it with a page', { status: 403, json: '<html>403</html>' }, 'UPSTREAM_REFUSED'],
        ['answers with an empty object', { json: {} }, 'UPSTREAM_MALFORMED'],
        ['answers with an empty array', { json: [] }, 'UPSTREAM_MALFORMED'],
        ['answers with a web page', { json: '<html></html>' }, 'UPSTREAM_MALFORMED'],
        ['answers with nothing', { json: null }, 'UPSTREAM_MALFORMED'],
      ])('that %s', async (_what, answer, code) => {
        await expect(
          failureOf(
            make(() => answer),
            zone,
          ),
        ).resolves.toMatchObject({ code })
      })

      it('stops when asked to', async () => {
        const abort = AbortSignal.abort()
        const provider = make(service)
        const call = given.forecastG
          ? provider.forecast(zone, abort)
          : provider.history!(zone, given.history!.fromMs, given.history!.toMs, abort)
        await expect(call).rejects.toThrow(/abort/i)
      })
    })
  })

  function failureOf(provider: GridProvider, where: string): Promise<unknown> {
    const call = given.forecastG
      ? provider.forecast(where)
      : provider.history!(where, given.history!.fromMs, given.history!.toMs)
    return call.then(
      () => 'no failure',
      (error: unknown) => error,
    )
  }
}
