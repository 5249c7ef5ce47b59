import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { InvalidInput } from '../../domain/errors.ts'
import type { Database } from '../../platform/database/database.ts'
import type { CliIo } from '../io.ts'

/** `gridtide backup`: all that is kept, in one file that either engine can read. */
export function backupCommand(io: CliIo): Command {
  return stateCommand('backup', 'write all that is kept to one compressed file', io, {
    async work(database, file) {
      const { backup } = await import('../../platform/database/backup.ts')
      const { migrate } = await import('../../platform/database/migrate.ts')
      await migrate(database)
      const lines = new PassThrough()
      const written = pipeline(lines, createGzip(), createWriteStream(`${file}.unfinished`))
      const counts = backup(database, io.nowMs(), async (line) => {
        if (!lines.write(`${line}\n`)) await new Promise((resolve) => lines.once('drain', resolve))
      })
      try {
        await Promise.race([counts, written.then(() => counts)])
        lines.end()
        await written
        await rename(`${file}.unfinished`, file)
      } catch (error) {
        lines.destroy()
        await rm(`${file}.unfinished`, { force: true })
        throw fileProblem(error, `cannot write ${file}`)
      }
      return counts
    },
  })
}

/** `gridtide restore`: what `gridtide backup` wrote, into an installation that holds nothing. */
export function restoreCommand(io: CliIo): Command {
  return stateCommand('restore', 'put a backup into an empty folder or database', io, {
    async before(file) {
      await stat(file).catch((error) => {
        throw fileProblem(error, `cannot read ${file}`)
      })
    },
    async work(database, file) {
      const { restore } = await import('../../platform/database/restore.ts')
      const source = createReadStream(file)
      const unpacked = source.pipe(createGunzip())
      source.once('error', (error) => unpacked.destroy(error))
      try {
        return await restore(database, linesOf(unpacked))
      } catch (error) {
        throw fileProblem(error, `${file} is no whole backup`)
      }
    },
  })
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

interface Steps {
  before?(file: string): Promise<void>
  work(database: Database, file: string): Promise<Readonly<Record<string, number>>>
}

function stateCommand(name: string, what: string, io: CliIo, { before, work }: Steps): Command {
  return new Command(name)
    .description(what)
    .argument('<file>', 'e.g. gridtide-backup.ndjson.gz')
    .option('--json', 'print data instead of words')
    .action(async (file: string, { json }: { json?: true }) => {
      const env = readEnv(io.env)
      await before?.(file)
      const { openDatabase } = await import('../../wiring/open-database.ts')
      const database = await openDatabase(env)
      try {
        const counts = await work(database, file)
        const rows = Object.values(counts).reduce((sum, count) => sum + count, 0)
        const where = env.databaseUrl ? 'PostgreSQL' : env.home
        const words = `${name} of ${where}: ${rows} rows of ${Object.keys(counts).length} tables\n`
        io.out(json ? `${JSON.stringify({ file, rows, tables: counts })}\n` : words)
      } finally {
        await database.close()
      }
    })
}

/** What went wrong with a file, in words; anything else as it is. */
function fileProblem(error: unknown, words: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  return /^(E[A-Z]+|Z_)/.test(code)
    ? new InvalidInput(`${words}: ${code}`, [], { cause: error })
    : error
}
