import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpError } from './http-error.ts'
import { isRead } from './is-read.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Waits for nothing, or lasts as long as its caller likes: not counted as being answered. */
    uncounted?: boolean
  }
}

export interface AtOnceOptions {
  readonly readsAtOnce: number
  readonly changesAtOnce: number
}

/**
 * Answers so many requests side by side, and refuses more of them at once (503, `Retry-After`): work
 * that waits longer than its caller does is done for nobody, and what waits takes memory. Reads and
 * changes are counted apart, so that a flood of the one leaves room for the other. Public routes are
 * always answered: whoever has to wait for a probe kills the process. Called before the routes are
 * mounted, and after the guard: strangers take nobody's place.
 */
export function limitAtOnce(app: FastifyInstance, options: AtOnceOptions): void {
  const reads = lane(options.readsAtOnce)
  const changes = lane(options.changesAtOnce)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === 'public' || route.config?.uncounted) return
    const { refuse, enter } = isRead(route) ? reads : changes
    route.onRequest = [...[route.onRequest ?? []].flat(), refuse]
    route.preValidation = [enter, ...[route.preValidation ?? []].flat()]
  })
}

type Done = (error?: Error) => void

function lane(most: number) {
  let answering = 0
  const leave = () => {
    answering--
  }
  return {
    refuse(_request: FastifyRequest, _reply: unknown, done: Done): void {
      done(answering < most ? undefined : enough())
    },
    /**
     * Once the body is there: one that is slow to come takes no place. It is given back when the
     * answer is closed, which is told once, also where the caller hung up and is never answered.
     */
    enter({ body }: FastifyRequest, { raw }: FastifyReply, done: Done): void {
      if (!(body instanceof Readable) && !raw.closed) {
        answering++
        raw.once('close', leave)
      }
      done()
    },
  }
}

const enough = (): HttpError =>
  new HttpError('UNAVAILABLE', 'more is asked than can be answered now', { 'retry-after': '1' })
