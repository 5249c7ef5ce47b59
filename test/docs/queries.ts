import type { Measured } from './measured.ts'

/** Every series of ours that an expression names. */
export const namesIn = (expr: string): readonly string[] => expr.match(/gridtide_\w+/g) ?? []
/** What `by (...)` and `{...}` of an expression name, and `{{...}}` of a text beside it. */
export const labelsIn = (expr: string, legend: string): string[] => [
  ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/)),
  ...[...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, list]) => list!.match(/\w+(?=!?[=~])/g) ?? []),
  ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!),
]

/** The metric of a series: histograms have three kinds of them. */
export function metricOf(series: string, all: ReadonlyMap<string, Measured>): string {
  const base = series.replace(/_(bucket|count|sum)$/, '')
  return all.get(base)?.type === 'histogram' ? base : series
}
