import type { Socket } from 'node:net'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** It has been told to end: readiness is false from then on. */
    readonly ending: boolean
    /** Closes the app so that whoever asked in time is answered. */
    closeGently(patience?: Partial<ClosingPatience>): Promise<void>
  }
}

export interface ClosingPatience {
  /** How long it goes on answering, so that balancers hear of its end and clients let go. */
  readonly lingerMs: number
  /** After this an answer that is still being made is cut off. */
  readonly answerMs: number
}

const PATIENCE: ClosingPatience = { lingerMs: 1_000, answerMs: 5_000 }
const SWEEP_MS = 50

/**
 * Gives an app its `closeGently`: it says that it is not ready and bids each client farewell with its
 * answer (`Connection: close`), lingers, and only then lets go of connections on which nothing was
 * asked. Closed at once, a question on a kept connection that the event loop has not read yet would be
 * reset, or refused by the framework; and two kinds of connections would be waited for until they time
 * out: those that never ask anything, and those whose answer was begun before the end.
 */
export function closeGently(app: FastifyInstance): void {
  const connections = new Set<Socket>()
  let ending = false
  app.server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  app.addHook('onRequest', (_request, reply, done) => {
    if (ending) reply.header('connection', 'close')
    done()
  })
  const letGo = () => {
    app.server.closeIdleConnections()
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  }
  app.decorate('ending', { getter: () => ending })
  app.decorate('closeGently', async (patience) => {
    const { lingerMs, answerMs } = { ...PATIENCE, ...patience }
    ending = true
    await pause(lingerMs)
    // The timer may be late because the loop was held: what came meanwhile is read in between.
    await turn()
    await turn()
    const sweep = setInterval(letGo, SWEEP_MS)
    const impatience = setTimeout(() => app.server.closeAllConnections(), answerMs)
    try {
      await app.close()
    } finally {
      clearInterval(sweep)
      clearTimeout(impatience)
    }
  })
}
