import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { anotherPostgres } from '../../infra/bootstrap/servers.mjs'

/** A PostgreSQL server of the caller's own, which can be made to hang: it takes connections and says nothing. */
export async function postgresServer() {
  const { url, pid, stop } = await anotherPostgres()
  let frozen: readonly number[] = []

  function thaw(): void {
    for (const one of frozen) signal(one, 'SIGCONT')
    frozen = []
  }

  return {
    url,
    /** The server first, so that it starts no more processes; then those that it has started. */
    async freeze(): Promise<void> {
      signal(pid, 'SIGSTOP')
      const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)])
      frozen = [pid, ...stdout.trim().split('\n').map(Number)]
      for (const one of frozen) signal(one, 'SIGSTOP')
    },
    thaw,
    async destroy(): Promise<void> {
      thaw()
      await stop()
    },
  }
}

/** One that has ended meanwhile needs none. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
