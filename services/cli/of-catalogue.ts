import { NotFound } from '../domain/errors.ts'
import { catalogueGpu, type GpuSpec, gpuFromSpec } from '../fitting/index.ts'
import { namingFile, readJson } from './read-text.ts'

/**
 * What the catalogue knows.
 *
 * @param otherwise how to tell it what it does not know
 * @throws NotFound naming the closest names, and the way out
 */
export function ofCatalogue<T>(look: (name: string) => T, name: string, otherwise: string): T {
  try {
    return look(name)
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    throw new NotFound(`${error.message}; or describe it by ${otherwise}`)
  }
}

/**
 * A GPU by its spec file, else by the catalogue.
 *
 * @throws NotFound where the catalogue lacks it
 * @throws InvalidInput where the file is no spec
 */
export function gpuOf(name: string, specFile: string | undefined): GpuSpec {
  if (specFile === undefined) return ofCatalogue(catalogueGpu, name, '--gpu-spec FILE')
  const document = readJson(specFile)
  return namingFile(specFile, () => gpuFromSpec(document))
}
