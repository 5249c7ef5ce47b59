import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'
import {
  type Architecture,
  catalogueArchitecture,
  catalogueArchitectures,
  catalogueGpus,
  catalogueModels,
  findArchitecture,
} from '../fitting/index.ts'
import type { KnownNames, Model } from '../fleet/index.ts'
import type { ModelKnowledge } from '../pipeline/fit-model.ts'
import { type RunsText, readRuns } from '../runs/index.ts'
import type { ReadFleetFile } from './fleet-files.ts'

/** What a fleet file may refer to. */
export const knownNames = (): KnownNames => ({
  gpus: catalogueGpus.map(({ name }) => name),
  models: [
    ...new Set([
      ...catalogueArchitectures.flatMap(({ id, models }) => [id, ...models]),
      ...catalogueModels.map(({ model }) => model),
    ]),
  ],
})

const ArchitectureFile = Type.Object({
  id: Type.String({ minLength: 1 }),
  paramsTotalBillions: Type.Number({ exclusiveMinimum: 0 }),
  paramsActiveBillions: Type.Number({ exclusiveMinimum: 0 }),
  layers: Type.Integer({ minimum: 1 }),
  hiddenSize: Type.Integer({ minimum: 1 }),
  kvBytesPerToken: Type.Number({ exclusiveMinimum: 0 }),
  experts: Type.Integer({ minimum: 0 }),
  expertsPerToken: Type.Integer({ minimum: 0 }),
  source: Type.String({ minLength: 1 }),
})
const architectureShape = Compile(ArchitectureFile)

/**
 * Reads what the fleet's files say of a model: its shape, and its own runs.
 *
 * @param uploads runs that callers sent, on top of the files
 *
 * @throws InvalidInput where a file does not fit
 */
export async function modelKnowledge(
  model: Model,
  readFile: ReadFleetFile,
  warn: (message: string) => void,
  uploads: readonly RunsText[] = [],
): Promise<ModelKnowledge> {
  const architecture = await architectureOf(model, readFile)
  const runs = []
  for (const path of model.runs) {
    const reading = readRuns(await readFile(path))
    if (reading.quarantined.length > 0) {
      const [{ row, reason }] = reading.quarantined as [(typeof reading.quarantined)[0]]
      warn(
        `${path}: ${reading.quarantined.length} rows left out; the first is row ${row}: ${reason}`,
      )
    }
    runs.push(...reading.runs)
  }
  for (const { text, format } of uploads) runs.push(...readRuns(text, format).runs)
  const isOurs = (name: string) =>
    name === model.id || name === architecture.id || findArchitecture(name)?.id === architecture.id
  return { architecture, runs: runs.filter((run) => isOurs(run.model)) }
}

async function architectureOf(model: Model, readFile: ReadFleetFile): Promise<Architecture> {
  if (model.architecture === undefined) return catalogueArchitecture(model.catalogue!)
  const parsed = parsedJson(await readFile(model.architecture))
  if (architectureShape.Check(parsed)) return parsed satisfies Static<typeof ArchitectureFile>
  const [first] = architectureShape.Errors(parsed)
  const message = `${model.architecture}: ${first?.instancePath || '/'} ${first?.message}`
  throw new InvalidInput(message)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
