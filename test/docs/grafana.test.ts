import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { openMetrics } from '../../services/platform/metrics.ts'
import { memoryPorts } from '../api/memory-ports.ts'

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: { expr: string }[] }[]
}
const path = join(import.meta.dirname, '../../infra/grafana/gridtide.json')
const { panels }: Dashboard = JSON.parse(readFileSync(path, 'utf8'))

it('asks for nothing that this service does not measure', async () => {
  const { registry } = openMetrics()
  const security = { mode: 'open', tenant: 'default' } as const
  const app = await buildApp({ ...memoryPorts(), metrics: registry }, { version: '1', security })
  const known = new Map(registry.getMetricsAsArray().map((metric) => [metric.name, metric]))
  await app.close()
  const asked = panels.flatMap(({ title, targets }) =>
    targets.flatMap(({ expr }) =>
      [...expr.matchAll(/gridtide_[a-z_]+/g)].map(([name]) => [title, name] as const),
    ),
  )
  expect(asked.length).toBeGreaterThanOrEqual(panels.length)
  for (const [title, name] of asked) {
    expect([...known.keys()], title).toContain(name.replace(/_(bucket|count|sum)$/, ''))
  }
})
