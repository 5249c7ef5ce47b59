import { readFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { layoutId } from '../../services/domain/variant.ts'
import { catalogueArchitecture, catalogueGpu } from '../../services/fitting/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { fitModel } from '../../services/pipeline/fit-model.ts'
import { openThreads } from '../../services/platform/threads.ts'
import { solverThreads } from '../../services/wiring/solver-threads.ts'

const threads = openThreads({ threads: 1 })
afterAll(() => threads.close())

it('fits in a thread what it would here, with what production says of a layout', async () => {
  const text = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
  const fleet = parseFleet(text, { fileName: 'small.yaml' })
  const gpus = [catalogueGpu('H100')]
  const bare = { architecture: catalogueArchitecture('Qwen/Qwen3-8B'), runs: [] }
  const model = fleet.models[0]!
  const plain = fitModel(model, fleet, bare, gpus)
  const live = new Map([[layoutId(plain[0]!.variant), { step: 1, power: 1.2 }]])
  const knowledge = { ...bare, live }

  const corrected = await solverThreads(threads).fit({ model, fleet, knowledge, gpus })
  expect(corrected).toEqual(fitModel(model, fleet, knowledge, gpus))
  expect(corrected).not.toEqual(plain)
})
