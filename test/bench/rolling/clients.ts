import { setTimeout as pause } from 'node:timers/promises'

export interface ClientsReport {
  readonly answered: number
  /** What was not answered with 200: status or the connection's error -> how often. */
  readonly failed: Readonly<Record<string, number>>
}

const CLIENTS = 8
const EVERY_MS = 100

/**
 * Clients that ask for the current plan ten times a second each, over connections that are kept.
 *
 * @param urlNow where the balancer before them sends the next question
 * @returns a way to stop them, which says how they fared
 */
export function startClients(urlNow: () => string): () => Promise<ClientsReport> {
  let over = false
  let answered = 0
  const failed: Record<string, number> = {}
  const asking = Array.from({ length: CLIENTS }, async (_, client) => {
    await pause((client * EVERY_MS) / CLIENTS)
    while (!over) {
      const outcome = await ask(`${urlNow()}/v1/plans/current`)
      if (outcome === '200') answered++
      else failed[outcome] = (failed[outcome] ?? 0) + 1
      await pause(EVERY_MS)
    }
  })
  return async () => {
    over = true
    await Promise.all(asking)
    return { answered, failed }
  }
}

async function ask(url: string): Promise<string> {
  try {
    const answer = await fetch(url)
    await answer.arrayBuffer() // cut off half-way is not answered
    return String(answer.status)
  } catch (error) {
    const { cause } = error as Error
    return (cause as NodeJS.ErrnoException | undefined)?.code ?? String(error)
  }
}
