import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { InvalidInput } from '../domain/errors.ts'

/** Reads the files that a fleet names. */
export type ReadFleetFile = (path: string) => Promise<string>

const DATA_PREFIX = 'data:'

/**
 * Files of one fleet: `data:path` is relative to the data folder, anything else to the fleet file.
 *
 * Every file is read once; a command that asks again gets the same text.
 *
 * @param dataFolder `GRIDTIDE_DATA`
 */
export function fleetFiles(fleetFile: string, dataFolder: string): ReadFleetFile {
  const known = new Map<string, Promise<string>>()
  return (path) => {
    const file = path.startsWith(DATA_PREFIX)
      ? resolve(dataFolder, path.slice(DATA_PREFIX.length))
      : resolve(dirname(fleetFile), path)
    const text = known.get(file) ?? readText(file, path)
    known.set(file, text)
    return text
  }
}

async function readText(file: string, path: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : code
    throw new InvalidInput(`cannot read ${path} (${file}): ${why}`)
  }
}
