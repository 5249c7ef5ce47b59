import { join } from 'node:path'
import type { Fleet } from '../../fleet/index.ts'
import type { Expected, KeptExpectations } from '../../pipeline/gather-record.ts'
import type { ReadFleetFile } from '../../wiring/fleet-files.ts'
import { sha256 } from './digest.ts'
import { readKept, writeKept } from './kept-file.ts'
import type { PlayedSpan } from './played-span.ts'

/** Nothing is kept where there is no folder. */
const NOWHERE: KeptExpectations = { read: async () => undefined, write: async () => undefined }

/**
 * Keeps what was expected, zone by zone and span by span, under `expected/` of a folder. Other sources
 * or other contents of their files are another expectation.
 */
export async function keptExpectations(
  folder: string | undefined,
  { grid, signal, basis }: Fleet,
  readFile: ReadFleetFile,
): Promise<(span: PlayedSpan) => KeptExpectations> {
  if (folder === undefined) return () => NOWHERE
  const named = grid.sources.flatMap((source) => Object.values(source).filter(isFile))
  const contents = await Promise.all(named.map(async (name) => sha256(await readFile(name))))
  const sources = JSON.stringify([grid, signal, basis, contents])
  return ({ fromMs, toMs, outlook = false }) => {
    const fileOf = (zone: string) => {
      const digest = sha256(JSON.stringify([sources, zone, fromMs, toMs, outlook]))
      return join(folder, 'expected', `${zone}-${digest.slice(0, 12)}.json`)
    }
    return {
      read: (zone) => read(fileOf(zone)),
      write: (zone, found) => write(fileOf(zone), found),
    }
  }
}

const isFile = (value: unknown): value is string =>
  typeof value === 'string' && value.endsWith('.csv')

const read = (file: string): Promise<Expected | undefined> =>
  readKept(file, ({ soon, outlook }: Readonly<Record<keyof Expected, number[]>>) => ({
    soon: Float64Array.from(soon),
    outlook: Float64Array.from(outlook),
  }))

const write = (file: string, { soon, outlook }: Expected): Promise<void> =>
  writeKept(file, { soon: [...soon], outlook: [...outlook] })
