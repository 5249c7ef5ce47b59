import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { PAGE_HEADERS } from './security-headers.ts'

export interface PageOptions {
  /** Folder of the built dashboard. */
  readonly folder: string
}

const YEAR_SECONDS = 31_536_000

/**
 * `GET /`: the dashboard. Its files hold nothing of anybody, so they need no key; what they show is
 * asked from `/v1` with the key of whoever looks.
 */
export const pageRoute: FastifyPluginAsync<PageOptions> = async (app, { folder }) => {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false, // we name each path: a route without `access` does not start
    preCompressed: true,
    cacheControl: false,
  })
  app.addHook('onRequest', async (_request, reply) => void reply.headers(PAGE_HEADERS))
  const options = { config: { access: 'public' }, schema: { hide: true } } as const

  app.get('/', options, (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('index.html'),
  )
  app.get('/favicon.svg', options, (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('favicon.svg'),
  )
  // Names under assets/ carry a hash of what is in them.
  app.get<{ Params: { '*': string } }>('/assets/*', options, ({ params }, reply) =>
    reply
      .header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
      .sendFile(`assets/${params['*']}`),
  )
}
