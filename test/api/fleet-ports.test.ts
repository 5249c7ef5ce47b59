import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { fleetPorts } from '../../services/api/fleet-ports.ts'
import { Conflict, InvalidInput } from '../../services/domain/errors.ts'
import { type Fleet, parseFleet } from '../../services/fleet/index.ts'
import { type Overlay, type OverlayStore, overlayFleet } from '../../services/overlays/index.ts'

const fleetFile = 'config/examples/two-regions.yaml'
const file: Fleet = parseFleet(readFileSync(fleetFile, 'utf8'), { fileName: fleetFile })

let laid: Overlay[]
const overlays: OverlayStore = {
  list: async () => laid,
  async put(_tenant, overlay) {
    laid = [...laid.filter(({ kind, id }) => kind !== overlay.kind || id !== overlay.id), overlay]
  },
}
let ports: ReturnType<typeof fleetPorts>
beforeEach(() => {
  laid = []
  ports = fleetPorts({ tenant: 'default', file: () => file, overlays, nowMs: () => 7 })
})

const issuesOf = async (write: Promise<unknown>) => {
  const error = await write.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InvalidInput)
  return (error as InvalidInput).issues.map(({ path }) => path)
}

describe('models', () => {
  it('are those of the fleet file, at revision 1', async () => {
    const models = await ports.models.list()
    expect(models.map(({ value, revision }) => [value.id, revision])).toEqual([
      ['chat', 1],
      ['assistant', 1],
    ])
    expect(models[0]!.value).toMatchObject({ origins: ['europe', 'nordics'], spareReplicas: 1 })
    expect(await ports.models.get('none')).toBeUndefined()
  })

  it('are changed by laying over the file, which stays as it is', async () => {
    const slo = { ttftP95Ms: 3000, tpotP95Ms: 60 }
    const changed = await ports.models.put('chat', { slo, minReplicas: 3 }, 1, 'ci')
    expect(changed).toMatchObject({ revision: 2, value: { slo, minReplicas: 3, spareReplicas: 1 } })
    expect(laid[0]).toMatchObject({ changedBy: 'ci', changedAtMs: 7 })
    expect(overlayFleet(file, laid).models[0]!.slo).toEqual(slo)
    expect(file.models[0]!.slo.ttftP95Ms).toBe(2000)
    // A change replaces the one before: what it leaves out is as in the file again.
    const again = await ports.models.put('chat', { minReplicas: 4 }, 2, 'ci')
    expect(again).toMatchObject({ revision: 3, value: { minReplicas: 4 } })
    expect(again.value.slo.ttftP95Ms).toBe(2000)
  })

  it('are added where they are new', async () => {
    const model = {
      catalogue: 'Qwen/Qwen3-32B',
      precision: 'fp8' as const,
      workload: { inputTokens: 10, outputTokens: 10 },
      slo: { ttftP95Ms: 2000, tpotP95Ms: 50 },
      demand: [{ kind: 'constant' as const, origin: 'europe', tokensPerSecond: 5 }],
      residency: { regions: ['frankfurt'] },
    }
    const added = await ports.models.put('more', model, 'none', 'ci')
    expect(added).toMatchObject({ revision: 1, value: { id: 'more', precision: 'fp8' } })
    expect((await ports.models.get('more'))?.revision).toBe(1)
    await expect(ports.models.put('more', model, 'none', 'ci')).rejects.toThrow(Conflict)
    expect((await ports.models.put('more', model, 1, 'ci')).revision).toBe(2)
  })

  it('are refused to whoever has seen something else', async () => {
    for (const seen of [2, 9, 'none'] as const) {
      await expect(ports.models.put('chat', {}, seen, 'ci')).rejects.toThrow(Conflict)
    }
    await expect(ports.models.put('unknown', {}, 1, 'ci')).rejects.toThrow(Conflict)
    expect(laid).toEqual([])
  })

  it('that would not make a valid fleet are refused, naming the field of the body', async () => {
    const unknownRegion = { residency: { regions: ['atlantis'] } }
    const wrong = await issuesOf(ports.models.put('assistant', unknownRegion, 1, 'ci'))
    expect(wrong.some((path) => path.startsWith('/body/residency/regions/0'))).toBe(true)
    expect(wrong.every((path) => path.startsWith('/body/'))).toBe(true)
    const incomplete = await issuesOf(ports.models.put('new', {}, 'none', 'ci'))
    expect(incomplete.every((path) => path.startsWith('/body'))).toBe(true)
    expect(laid).toEqual([])
  })
})

describe('the policy', () => {
  it('is changed and refused like a model', async () => {
    const before = await ports.policy.get()
    expect(before).toMatchObject({ revision: 1, value: { objective: 'carbon' } })
    const policy = {
      objective: 'cost' as const,
      carbonGPerUsd: 10,
      minDwellMinutes: 5,
      budgetKgPerDay: 50,
      maxChangedGpusPerWindow: 8,
    }
    const value = { ...policy, approval: 'automatic' }
    expect(await ports.policy.put(policy, 1, 'ci')).toEqual({ revision: 2, value })
    expect(await ports.policy.get()).toEqual({ revision: 2, value })
    const asked = { ...policy, approval: 'required' } as const
    expect((await ports.policy.put(asked, 2, 'ci')).value).toEqual(asked)
    expect((await ports.policy.put(policy, 3, 'ci')).value.approval).toBe('automatic')
    expect(overlayFleet(file, laid).policy).toMatchObject(policy)
    await expect(ports.policy.put(policy, 1, 'ci')).rejects.toThrow(Conflict)
  })
})

it('passes on what is no mistake of the caller', async () => {
  const broken = fleetPorts({
    tenant: 'default',
    file: () => file,
    overlays: { ...overlays, put: () => Promise.reject(new Conflict('somebody was faster')) },
    nowMs: () => 7,
  })
  await expect(broken.models.put('chat', {}, 1, 'ci')).rejects.toThrow('faster')
})
