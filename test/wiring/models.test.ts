import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import { type Model, parseFleet } from '../../services/fleet/index.ts'
import { knownNames, modelKnowledge } from '../../services/wiring/models.ts'
import { demandTraces } from '../../services/wiring/traces.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const modelOf = (from = '', to = ''): Model =>
  parseFleet(
    SMALL.replace(from, () => to),
    { fileName: 'small.yaml' },
  ).models[0]!

const HEADER =
  'source,model,precision,gpu,num_gpus,tp,pp,task,avg_batch,input_len,output_len,throughput_tok_s,avg_power_w'
const RUNS = [
  HEADER,
  'own,Qwen/Qwen3-8B,bf16,H100,1,1,1,chat,64,500,200,3000,500',
  'own,chat,bf16,H100,1,1,1,chat,32,500,200,1800,450',
  'own,Qwen/Qwen3-32B,bf16,H100,1,1,1,chat,64,500,200,900,600',
  'own,Qwen/Qwen3-8B,bf99,H100,1,1,1,chat,64,500,200,3000,500',
].join('\n')

const ARCHITECTURE = {
  id: 'own-7b',
  paramsTotalBillions: 7,
  paramsActiveBillions: 7,
  layers: 32,
  hiddenSize: 4096,
  kvBytesPerToken: 131_072,
  experts: 0,
  expertsPerToken: 0,
  source: 'our own',
}

describe('what is known of a model', () => {
  test('is the catalogue alone where the fleet names no file', async () => {
    const read = async () => expect.unreachable()
    const known = await modelKnowledge(modelOf(), read, expect.unreachable)
    expect(known.architecture.id).toBe('Qwen3-8B')
    expect(known.runs).toEqual([])
  })

  test('its own runs are the ones of its name or shape; what is not believed is told', async () => {
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const model = modelOf('minReplicas: 1', 'runs: [own.csv]')
    const { runs } = await modelKnowledge(model, async () => RUNS, warn)
    expect(runs.map((run) => run.model)).toEqual(['Qwen/Qwen3-8B', 'chat'])
    expect(warnings).toEqual([
      expect.stringMatching(/^own.csv: 1 rows left out; the first is row 5: prec/),
    ])
  })

  test('its shape may come from a file', async () => {
    const model = modelOf('catalogue: Qwen/Qwen3-8B', 'architecture: own.json')
    const known = await modelKnowledge(
      model,
      async () => JSON.stringify(ARCHITECTURE),
      () => {},
    )
    expect(known.architecture).toEqual(ARCHITECTURE)
  })

  test.each([
    ['{}', /own.json: \/ must have required/],
    ['not JSON', /own.json: \/ must be object/],
    [JSON.stringify({ ...ARCHITECTURE, layers: 0 }), /own.json: \/layers must be >= 1/],
  ])('a shape of %s is refused', async (text, message) => {
    const model = modelOf('catalogue: Qwen/Qwen3-8B', 'architecture: own.json')
    const refused = modelKnowledge(
      model,
      async () => text,
      () => {},
    )
    await expect(refused).rejects.toThrow(InvalidInput)
    await expect(refused).rejects.toThrow(message)
  })

  test('every name of the catalogue may be used', () => {
    const { models, gpus } = knownNames()
    expect(gpus).toContain('B200')
    expect(models).toContain('Qwen/Qwen3-32B')
    expect(new Set(models).size).toBe(models!.length)
  })
})

describe('recorded traffic', () => {
  const trace = 'kind: csv, file: t.csv, timeColumn: t, tokensColumn: n'
  const model = modelOf('kind: constant, tokensPerSecond: 500', trace)

  test('is read where the fleet names a file', async () => {
    expect(await demandTraces(modelOf(), async () => expect.unreachable())).toEqual([undefined])
    const [read] = await demandTraces(model, async () => 't,n\n2024-05-12T00:00Z,300\n')
    expect(read?.samples).toEqual([
      { startMs: Date.parse('2024-05-12T00:00Z'), tokensPerSecond: 1 },
    ])
  })

  test('that does not fit is named by its file', async () => {
    await expect(demandTraces(model, async () => 'a,b\n')).rejects.toThrow(
      't.csv: the trace has no column "t", only a, b',
    )
  })
})
