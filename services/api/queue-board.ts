import Fastify, { type FastifyPluginAsync } from 'fastify'
import type { JobQueue } from '../queue/index.ts'
import { PAGE_HEADERS } from './security-headers.ts'

export interface QueueBoardOptions {
  readonly queue: Pick<JobQueue, 'board'>
}

const PATH = '/admin/queues'

/**
 * `GET /admin/queues`: every job of every queue, to look at, for whoever may `admin`.
 *
 * The pages live in a server of their own that listens nowhere, loaded when they are first asked
 * for; only reads are passed on to it, so that they can change nothing.
 */
export const queueBoardRoute: FastifyPluginAsync<QueueBoardOptions> = async (app, { queue }) => {
  const pages = Fastify()
  let opening: Promise<unknown> | undefined
  const open = async () => pages.register((await queue.board(PATH)) as never, { prefix: PATH })
  app.addHook('onClose', () => pages.close())
  const config = { access: 'admin', browsed: true } as const
  for (const url of [PATH, `${PATH}/*`]) {
    app.get(url, { config, schema: { hide: true } }, async (request, reply) => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })
      await opening
      const { statusCode, headers, rawPayload } = await pages.inject(request.url)
      const { 'content-type': type = 'application/octet-stream' } = headers
      return reply
        .code(statusCode)
        .headers({ ...PAGE_HEADERS, 'content-type': type, 'content-security-policy': POLICY })
        .send(rawPayload)
    })
  }
}

/** The page finds its files by `<base>`; it asks for a font from elsewhere, which it does not get. */
const POLICY =
  "default-src 'self'; base-uri 'self'; frame-ancestors 'none'; img-src 'self' data:; object-src 'none'"
