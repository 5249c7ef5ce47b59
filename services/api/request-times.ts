import type { Metric, MetricObjectWithValues, MetricValueWithName } from 'prom-client'

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Of one operation and status. */
interface Series {
  /** How many took at most so long and longer than the bucket before; the last one has no end. */
  readonly counts: number[]
  sumSeconds: number
}

/**
 * A histogram of times by operation and status. prom-client's looks the labels up by a text made of
 * them at every observation, a twentieth of what a read costs; this one finds its numbers by name.
 *
 * @returns the metric, to be registered, and its `observe`
 */
export function requestTimes(name: string, help: string) {
  const operations = new Map<string, Map<number, Series>>()

  function seriesOf(operation: string, status: number): Series {
    const known = operations.get(operation)?.get(status)
    if (known) return known
    const series = { counts: Array(BUCKETS_SECONDS.length + 1).fill(0), sumSeconds: 0 }
    operations.set(operation, new Map(operations.get(operation)).set(status, series))
    return series
  }

  const values = (): MetricValueWithName<string>[] =>
    [...operations].flatMap(([operation, statuses]) =>
      [...statuses].flatMap(([status, series]) => valuesOf(name, { operation, status }, series)),
    )
  const metric = {
    name,
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() }),
    reset: () => operations.clear(),
  }
  return {
    metric: metric as unknown as Metric & {
      get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>>
    },
    observe(operation: string, status: number, seconds: number): void {
      const series = seriesOf(operation, status)
      let bucket = 0
      while (seconds > BUCKETS_SECONDS[bucket]!) bucket++ // beyond the last: compares with undefined
      series.counts[bucket]!++
      series.sumSeconds += seconds
    },
  }
}

/** In the shape that Prometheus wants: each bucket counts all shorter ones too. */
function valuesOf(
  name: string,
  labels: Readonly<Record<string, string | number>>,
  { counts, sumSeconds }: Series,
): MetricValueWithName<string>[] {
  let total = 0
  const buckets = counts.map((count, i) => {
    total += count
    const le = BUCKETS_SECONDS[i] ?? '+Inf'
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: total },
  ]
}
