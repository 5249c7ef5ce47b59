import type { Registry } from 'prom-client'
import { buildApp, identityProviderMetric } from '../../services/api/index.ts'
import { openMetrics } from '../../services/platform/metrics.ts'
import { memoryPorts } from '../api/memory-ports.ts'

/** What a metric is, as its registry knows it. */
export interface Measured {
  readonly type: string
  readonly labels: readonly string[]
  /** The labels of its series, as queries name them: those of buckets too. */
  readonly seriesLabels: readonly string[]
}

const measuredBy = async (registry: Registry): Promise<Map<string, Measured>> => {
  const metrics = await registry.getMetricsAsJSON()
  return new Map(
    metrics.map(({ name, type, values }) => {
      const { labelNames } = registry.getSingleMetric(name) as { labelNames?: string[] }
      // Ours of requests declares none: its series have them.
      const found = new Set(values.flatMap(({ labels }) => Object.keys(labels)))
      const labels = (labelNames ?? [...found]).filter((label) => label !== 'le')
      const seriesLabels = String(type) === 'histogram' ? [...labels, 'le'] : labels
      return [name, { type: String(type), labels, seriesLabels }]
    }),
  )
}

/** Every metric of a process that does all: those of workers, of the API, and of both together. */
export async function allMeasured() {
  const workers = await measuredBy(openMetrics().registry)
  const { registry } = openMetrics()
  identityProviderMetric(registry, () => 0)
  const security = { mode: 'open', tenant: 'default' } as const
  const app = await buildApp({ ...memoryPorts(), metrics: registry }, { version: '1', security })
  await app.inject('/healthz')
  const all = await measuredBy(registry)
  await app.close()
  return { all, workers }
}

/** Node's own, which prom-client names and Grafana's own dashboards show. */
export const isOwn = (name: string): boolean => !/^gridtide_(process|nodejs)_/.test(name)
