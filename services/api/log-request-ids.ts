import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { about } from '../platform/log-ids.ts'
import { isRead } from './is-read.ts'

/** Whatever is said while a request is answered carries its id. */
export function logRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', sayWhose)
  // What goes on when a body has come does so on behalf of its socket. Reads, which have none, are
  // not held up by one more hook.
  app.addHook('onRoute', (route) => {
    if (isRead(route)) return
    route.preValidation = [sayWhose, ...[route.preValidation ?? []].flat()]
  })
}

const sayWhose: onRequestHookHandler = ({ id }, _reply, done) => about({ requestId: id }, done)
