import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { allMeasured } from './measured.ts'
import { labelsIn, metricOf, namesIn } from './queries.ts'

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}
const { groups } = parse(readFileSync('infra/prometheus/alerts.yaml', 'utf8'))
const alerts: readonly Alert[] = groups.flatMap(({ rules }: { rules: Alert[] }) => rules)
const runbook = readFileSync('docs/operations.md', 'utf8')

describe.each(alerts)('$alert', ({ alert, expr, labels, annotations }) => {
  it('has an entry in the runbook: what it means, how to look, what to do', () => {
    const entry = runbook.split(`### ${alert}\n`)[1]?.split(/^##/m)[0] ?? ''
    for (const part of ['Means', 'Check', 'Remedy']) expect(entry).toContain(`- **${part}**: `)
  })

  it('asks for what is measured, by labels that it has, and says how bad it is in words', async () => {
    const names = namesIn(expr)
    const { all } = await allMeasured()
    const metrics = names.map((name) => all.get(metricOf(name, all)))
    expect(metrics).not.toContain(undefined)
    const known = new Set(['instance', 'job', ...metrics.flatMap((one) => one!.seriesLabels)])
    for (const label of labelsIn(expr, '')) expect([...known]).toContain(label)
    expect(names.length > 0 || alert === 'GridtideDown').toBe(true)
    expect(['info', 'warning', 'critical']).toContain(labels.severity)
    expect(annotations.summary).toMatch(/\.$/)
  })
})

it('the runbook has no entry of an alert that is gone', () => {
  const entries = [...runbook.matchAll(/^### (Gridtide\w+)$/gm)].map(([, name]) => name)
  expect(entries).toEqual(alerts.map(({ alert }) => alert))
})
