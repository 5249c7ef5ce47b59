import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { allMeasured, isOwn } from './measured.ts'
import { labelsIn, metricOf, namesIn } from './queries.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}
const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(
  readFileSync('infra/grafana/gridtide.json', 'utf8'),
)
const targets = panels.flatMap(({ title, targets }) => targets.map((one) => ({ title, ...one })))

it('asks for nothing that this service does not measure, by no label that it has not', async () => {
  const { all } = await allMeasured()
  expect(targets.length).toBeGreaterThanOrEqual(panels.length)
  for (const { title, expr, legendFormat } of targets) {
    const [series, ...more] = namesIn(expr)
    expect(more, title).toEqual([])
    const metric = all.get(metricOf(series!, all))
    expect(metric, `${title}: ${series}`).toBeDefined()
    const known = [...metric!.seriesLabels, 'instance'] // which Prometheus adds
    for (const label of labelsIn(expr, legendFormat)) expect(known, title).toContain(label)
  }
})

it('asks for rates of what only grows, and of nothing else', async () => {
  const { all } = await allMeasured()
  for (const { title, expr } of targets) {
    const [series] = namesIn(expr)
    const { type } = all.get(metricOf(series!, all))!
    expect(/\b(rate|increase)\(/.test(expr), title).toBe(type !== 'gauge')
  }
})

it('has a panel of every metric of ours, each in a place of its own', async () => {
  const { all } = await allMeasured()
  const shown = new Set(targets.flatMap(({ expr }) => namesIn(expr).map((n) => metricOf(n, all))))
  expect([...all.keys()].filter((name) => isOwn(name) && !shown.has(name))).toEqual([])
  const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`)
  expect(new Set(places).size).toBe(panels.length)
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
})
