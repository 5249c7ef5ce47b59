import { expect, it } from 'vitest'
import { NotFound } from '../../services/domain/errors.ts'
import {
  type AttributeLeversPorts,
  attributeLevers,
} from '../../services/pipeline/attribute-levers.ts'

const levers = [{ lever: 'static', words: 'static' }] as const
const planned = { outcome: { status: 'planned' }, problemDigest: 'd' }

function world(current: unknown, frameOf: () => Promise<unknown>) {
  const kept: unknown[] = []
  const ports = {
    plans: { current: async () => current },
    solves: { frameOf },
    ledger: { settleLevers: async (record: unknown) => void kept.push(record) },
    attribute: async () => levers,
  } as unknown as AttributeLeversPorts
  return { kept, ports }
}

it('keeps what each lever adds to the plan in force', async () => {
  const { kept, ports } = world(planned, async () => ({ problem: {} }))
  expect(await attributeLevers(ports, { atMs: 7 })).toBe(true)
  expect(kept).toEqual([{ atMs: 7, problemDigest: 'd', levers }])
})

it('waits for a plan whose problem is known, and passes on what is amiss', async () => {
  const none = world(undefined, async () => ({}))
  expect(await attributeLevers(none.ports, { atMs: 7 })).toBe(false)
  const forgotten = world(planned, () => Promise.reject(new NotFound('no longer kept')))
  expect(await attributeLevers(forgotten.ports, { atMs: 7 })).toBe(false)
  const broken = world(planned, () => Promise.reject(new Error('away')))
  await expect(attributeLevers(broken.ports, { atMs: 7 })).rejects.toThrow('away')
  expect([none.kept, forgotten.kept, broken.kept]).toEqual([[], [], []])
})
