import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../infra/bootstrap/servers.mjs'

/** A Redis server that can be killed and started again with what it had on disk, or made to hang. */
export async function redisServer() {
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-redis-'))
  const port = await freePort()
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '']
    const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder]
    const args = [...where, ...durable, '--maxmemory-policy', 'noeviction']
    server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    for await (const chunk of server.stdout!.iterator({ destroyOnReturn: false })) {
      said += chunk
      if (!/Ready to accept/.test(said)) continue
      server.stdout!.resume()
      return
    }
    throw new Error(`Redis did not start: ${said}`)
  }

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async destroy() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
