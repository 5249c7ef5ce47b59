export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  /** Finite, or `+Infinity` where a quantile lies beyond the last bucket. */
  readonly value: number
  readonly atMs: number
}

/** Where serving telemetry is asked for. */
export interface MetricSource {
  /**
   * One instant query. No series is an empty list, which means unknown and never 0.
   *
   * @throws UpstreamUnavailable | UpstreamRefused (a query it does not understand) | UpstreamMalformed
   */
  query(promQl: string, abort?: AbortSignal): Promise<readonly Sample[]>
}
