import { describe, expect, it } from 'vitest'
import { dryRunBackend } from '../../services/actuation/adapters/dry-run.ts'
import { exactly, type Remembered } from '../../services/actuation/index.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'

describeInferenceBackend('dry-run', async () => {
  const deps = realDeps()
  const target = targetOf({})
  let writes = 0
  let state: unknown
  const { remember } = deps.memory
  deps.memory.remember = (id, entry) => {
    writes++
    state = entry
    return remember(id, entry)
  }
  return {
    backend: dryRunBackend(deps, { initial: () => ({ replicas: exactly(1) }) }),
    target,
    first: { replicas: exactly(3), powerCapWatts: 400 },
    second: { replicas: exactly(5) },
    snapshot: () => state,
    writes: () => writes,
    arrive: () => undefined,
    alone: () => (state as Remembered | undefined)?.applied.replicas?.min ?? 1,
    close: async () => undefined,
  }
})

describe('dry-run', () => {
  it('starts from nothing, and forgets on release', async () => {
    const backend = dryRunBackend(realDeps())
    const target = targetOf({})
    expect((await backend.observe(target)).desired).toEqual({})
    await backend.apply(target, { engine: 'sleep-1' }, contextOf())
    expect((await backend.observe(target)).desired).toEqual({ engine: 'sleep-1' })
    await backend.release(target, contextOf())
    expect((await backend.observe(target)).desired).toEqual({})
  })
})
