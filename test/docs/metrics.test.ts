import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { allMeasured, isOwn } from './measured.ts'

/** The rows of the table: metric, type, labels, what, from. */
const listed = [
  ...readFileSync('docs/metrics.md', 'utf8').matchAll(
    /^\| `(gridtide_\w+)` \| (\w+) \| ([\w, ]*)\|.*\| ([\w, ]+) \|$/gm,
  ),
].map(([, name, type, labels, from]) => ({
  name: name!,
  type,
  labels: labels!.split(',').flatMap((label) => label.trim() || []),
  from,
}))

it('lists every metric with its type and its labels, and no other', async () => {
  const { all } = await allMeasured()
  const measured = [...all].filter(([name]) => isOwn(name))
  expect(measured.length).toBeGreaterThan(10)
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
  expect(listed.map(({ from: _, ...row }) => row).toSorted(byName)).toEqual(
    measured.map(([name, { type, labels }]) => ({ name, type, labels })).toSorted(byName),
  )
})

it('says of each who measures it', async () => {
  const { workers } = await allMeasured()
  for (const { name, from } of listed) {
    expect(from!.includes('workers'), name).toBe(workers.has(name))
    expect(['workers', 'API', 'workers, API'], name).toContain(from)
  }
})
