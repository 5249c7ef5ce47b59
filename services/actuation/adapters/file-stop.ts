import { readFile, rm, writeFile } from 'node:fs/promises'
import type { StopSource } from '../kill-switch.ts'

/** A file that is there means stop; works with every server down, and from a shell with `touch`. */
export interface FileStop extends StopSource {
  engage(why: string): Promise<void>
  disengage(): Promise<void>
}

export function fileStop(path: string): FileStop {
  return {
    name: path,
    async read() {
      try {
        return (await readFile(path, 'utf8')).trim() || 'the file is there'
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        // Anything but "not there" may be hiding a stop.
        return code === 'ENOENT' ? undefined : `it cannot be read (${code})`
      }
    },
    engage: (why) => writeFile(path, `${why}\n`),
    disengage: () => rm(path, { force: true }),
  }
}
