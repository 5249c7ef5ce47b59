import { readTrace, type Trace } from '../demand/index.ts'
import { InvalidInput } from '../domain/errors.ts'
import type { Model } from '../fleet/index.ts'
import type { ReadFleetFile } from './fleet-files.ts'

/**
 * The recorded traffic of a model, one place an origin; undefined where no file is named.
 *
 * @throws InvalidInput naming the file and what does not fit
 */
export const demandTraces = (
  model: Model,
  readFile: ReadFleetFile,
): Promise<readonly (Trace | undefined)[]> =>
  Promise.all(
    model.demand.map(async (demand) => {
      if (demand.kind !== 'csv') return undefined
      const text = await readFile(demand.file)
      try {
        return readTrace(text, demand)
      } catch (error) {
        throw new InvalidInput(`${demand.file}: ${(error as Error).message}`)
      }
    }),
  )
