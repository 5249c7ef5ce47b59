import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { StopSwitch } from '../kill-switch.ts'

/** A file that is there means stop; works with every server down, and from a shell with `touch`. */
export function fileStop(path: string): StopSwitch {
  return {
    name: path,
    local: true,
    async read() {
      try {
        return (await readFile(path, 'utf8')).trim() || 'the file is there'
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        // Anything but "not there" may be hiding a stop.
        return code === 'ENOENT' ? undefined : `it cannot be read (${code})`
      }
    },
    async engage(why) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, `${why}\n`)
    },
    disengage: () => rm(path, { force: true }),
  }
}
