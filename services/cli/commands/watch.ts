import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { msFromSeconds } from '../../domain/units.ts'
import type { CliIo } from '../io.ts'

interface WatchOptions {
  readonly url: string
  readonly every: string
  readonly once?: true
  readonly json?: true
}

/** Another screen, so that what was there is there again afterwards; and no cursor. */
const ENTER = '\u001B[?1049h\u001B[?25l'
const LEAVE = '\u001B[?1049l\u001B[?25h'
const HOME = '\u001B[H'
const CLEAR_LINE_END = '\u001B[K'
const CLEAR_BELOW = '\u001B[J'

type Signals = Pick<NodeJS.Process, 'once'>

/** `gridtide watch`: what a running service does, live. */
export function watchCommand(io: CliIo, signals: Signals = process): Command {
  return new Command('watch')
    .description('watch a running service: plan, grid, targets, events; Ctrl-C ends it')
    .option(
      '--url <url>',
      'the service; its key is read from GRIDTIDE_KEY',
      io.env.GRIDTIDE_URL ?? 'http://127.0.0.1:8080',
    )
    .option('--every <seconds>', 'how often to look', '5')
    .option('--once', 'look once; the default where there is no terminal')
    .option('--json', 'print one line of data a look')
    .action(async (options: WatchOptions) => {
      const everyMs = msFromSeconds(Number(options.every))
      if (!(everyMs >= 500))
        throw new InvalidInput(`--every ${options.every}: expected 0.5 or more`)
      const look = await looker(options)
      if (options.once || (!io.isTty && !options.json)) io.out(await look())
      else await follow(look, everyMs, options.json === true)
    })

  async function looker({ url, json }: WatchOptions): Promise<() => Promise<string>> {
    const { gridtide } = await import('../../client/index.ts')
    const { lookAtService } = await import('../watch/look.ts')
    const { drawSight } = await import('../watch/draw.ts')
    const key = io.env.GRIDTIDE_KEY
    const client = gridtide({ baseUrl: url, ...(key && { key }) })
    return async () => {
      const sight = await lookAtService(client, io.nowMs())
      return json ? `${JSON.stringify(sight)}\n` : drawSight(sight, io)
    }
  }

  /** A look that fails is shown, and tried again: services restart. */
  async function follow(look: () => Promise<string>, everyMs: number, plain: boolean) {
    const ended = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      signals.once(signal, () => ended.abort())
    }
    io.unheard?.addEventListener('abort', () => ended.abort())
    if (!plain) io.out(ENTER)
    try {
      while (!ended.signal.aborted) {
        const text = await look().catch((error: Error) => `${error.message}; trying again\n`)
        io.out(
          plain ? text : `${HOME}${text.replaceAll('\n', `${CLEAR_LINE_END}\n`)}${CLEAR_BELOW}`,
        )
        await pause(everyMs, undefined, { signal: ended.signal }).catch(() => undefined)
      }
    } finally {
      if (!plain) io.out(LEAVE)
    }
  }
}
