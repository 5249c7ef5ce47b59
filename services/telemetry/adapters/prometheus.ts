import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { msFromSeconds } from '../../domain/units.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import type { MetricSource, Sample } from '../port.ts'

const Pair = Type.Tuple([Type.Number(), Type.String()])
const answerShape = Compile(
  Type.Object({
    status: Type.Literal('success'),
    data: Type.Union([
      Type.Object({ resultType: Type.Literal('scalar'), result: Pair }),
      Type.Object({
        resultType: Type.Literal('vector'),
        result: Type.Array(
          Type.Object({ metric: Type.Record(Type.String(), Type.String()), value: Pair }),
        ),
      }),
    ]),
  }),
)
/** DCGM writes fields that it cannot read as numbers near 2^63. */
const UNSET_ABOVE = 1e15

export interface PrometheusOptions {
  readonly baseUrl: string
  readonly token?: string
}

/** Prometheus, or anything that speaks its query API. https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function prometheus(http: HttpClient, { baseUrl, token }: PrometheusOptions): MetricSource {
  return {
    async query(promQl, abort) {
      const { data } = await getShaped(http, 'prometheus', answerShape, {
        // A form, because a long query does not fit a URL everywhere.
        method: 'POST',
        url: `${baseUrl.replace(/\/$/, '')}/api/v1/query`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: new URLSearchParams({ query: promQl }).toString(),
        abort,
      })
      const series =
        data.resultType === 'scalar' ? [{ metric: {}, value: data.result }] : data.result
      return series.flatMap(({ metric, value: [atSeconds, text] }): Sample[] => {
        const value = numberFrom(text)
        return value === undefined
          ? []
          : [{ labels: metric, value, atMs: msFromSeconds(atSeconds) }]
      })
    },
  }
}

/** Samples are strings. NaN is no knowledge; +Inf is: a quantile beyond the last bucket. */
function numberFrom(text: string): number | undefined {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  const value = Number(text)
  return Number.isFinite(value) && Math.abs(value) < UNSET_ABOVE ? value : undefined
}
