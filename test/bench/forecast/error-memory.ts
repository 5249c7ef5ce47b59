import type { RecordedZone } from '../../support/recorded-zones.ts'

const HOUR_MS = 3_600_000
const LEADS = 48

/** log(came / forecast) of one issue, by hour ahead; NaN where one of them is missing or 0. */
type Errors = readonly number[]

function errorsOf({ issues, history }: RecordedZone): Map<number, Errors> {
  const came = new Map(history.slots.map(({ startMs, carbonGPerKwh }) => [startMs, carbonGPerKwh]))
  return new Map(
    issues.map(({ slots }) => {
      const startMs = slots[0]!.startMs
      const own = new Map(slots.map((slot) => [slot.startMs as number, slot.carbonGPerKwh]))
      return [
        startMs,
        Array.from({ length: LEADS }, (_, h) => {
          const atMs = startMs + h * HOUR_MS
          const error = Math.log((came.get(atMs as never) ?? 0) / (own.get(atMs) ?? 0))
          return Number.isFinite(error) ? error : Number.NaN
        }),
      ]
    }),
  )
}

/** The same without bias, in standard deviations of their zone and hour ahead. */
function normalised(errors: ReadonlyMap<number, Errors>): Map<number, Errors> {
  const leads = Array.from({ length: LEADS }, (_, h) => {
    const known = [...errors.values()].map((of) => of[h]!).filter(Number.isFinite)
    const mean = known.reduce((a, b) => a + b, 0) / known.length
    const square = known.reduce((sum, x) => sum + (x - mean) ** 2, 0) / known.length
    return { mean, sd: Math.sqrt(square) }
  })
  return new Map(
    [...errors].map(([at, of]) => [at, of.map((x, h) => (x - leads[h]!.mean) / leads[h]!.sd)]),
  )
}

function meanProduct(pairs: Iterable<readonly [number, number]>): number {
  let [sum, count] = [0, 0]
  for (const [a, b] of pairs) {
    if (!Number.isFinite(a * b)) continue
    sum += a * b
    count += 1
  }
  return sum / count
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/**
 * How errors of one forecast hang together: by hours apart within a zone (mean over zones), and of
 * two zones at the same hour (mean over pairs).
 */
export function errorMemory(recorded: readonly RecordedZone[], lags: readonly number[]) {
  const zones = recorded.map((zone) => normalised(errorsOf(zone)))
  const atLag = (lag: number) =>
    mean(
      zones.map((issues) =>
        meanProduct(
          [...issues.values()].flatMap((of) =>
            Array.from({ length: LEADS - lag }, (_, h) => [of[h]!, of[h + lag]!] as const),
          ),
        ),
      ),
    )
  const between = zones.flatMap((a, i) =>
    zones
      .slice(i + 1)
      .map((b) =>
        meanProduct(
          [...a].flatMap(([at, of]) =>
            of.map((x, h) => [x, b.get(at)?.[h] ?? Number.NaN] as const),
          ),
        ),
      ),
  )
  return {
    byHoursApart: Object.fromEntries(lags.map((lag) => [lag, Number(atLag(lag).toFixed(2))])),
    betweenZones: Number(mean(between).toFixed(2)),
    mostBetweenZones: Number(Math.max(...between).toFixed(2)),
  }
}
