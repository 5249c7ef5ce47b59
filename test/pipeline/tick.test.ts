import { expect, it } from 'vitest'
import { type TickPorts, tick } from '../../services/pipeline/tick.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'

const dueAtMs = Date.parse('2026-07-01T12:05Z')

it('asks for each zone once, then for a plan, and accounts for the window that ended', async () => {
  const flows: { parent: AnyJobRequest; children: readonly AnyJobRequest[] }[] = []
  const jobs: AnyJobRequest[] = []
  const ports = {
    fleet: async () => ({
      planning: { windowMinutes: 60 },
      regions: [{ zone: 'DE' }, { zone: 'SE' }, { zone: 'DE' }],
    }),
    queue: {
      addFlow: async (parent: AnyJobRequest, children: AnyJobRequest[]) =>
        void flows.push({ parent, children }),
      add: async (job: AnyJobRequest) => void jobs.push(job),
    },
  } as unknown as TickPorts
  await tick(ports, dueAtMs)

  expect(flows).toHaveLength(1)
  expect(flows[0]!.parent).toMatchObject({ name: 'solve-plan', id: `solve-tick-${dueAtMs}` })
  expect(flows[0]!.children.map(({ payload }) => payload)).toEqual([
    { zone: 'DE', tickMs: dueAtMs },
    { zone: 'SE', tickMs: dueAtMs },
  ])
  expect(jobs.map(({ name, payload }) => [name, payload])).toEqual([
    ['notify-change', { cause: 'tick' }],
    ['replan-jobs', { atMs: dueAtMs }],
    ['account', { windowStartMs: Date.parse('2026-07-01T11:00Z') }],
    ['attribute-levers', { atMs: Date.parse('2026-07-01T12:00Z') }],
  ])
})
