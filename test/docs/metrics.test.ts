import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openMetrics } from '../../services/platform/metrics.ts'

it('lists every metric of the workers in docs/metrics.md, with its labels', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
  const metrics = await openMetrics().registry.getMetricsAsJSON()
  const own = metrics.map(({ name }) => name).filter((name) => !/_(process|nodejs)_/.test(name))
  expect(own.length).toBeGreaterThan(4)
  for (const name of own) expect(page, name).toContain(`\`${name}\``)
  const listed = [...page.matchAll(/^\| `(gridtide_[a-z_]+)` \|.*workers/gm)].map(([, n]) => n)
  expect(listed.toSorted()).toEqual(own.toSorted())
})
