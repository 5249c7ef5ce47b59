import { request as ask, createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy in front of a service, which can lose every connection and refuse what comes then. */
export interface TroubledProxy {
  readonly url: string
  /** Each further request is refused with the next of these; once there are none, all is well. */
  breakWith(...refusals: readonly ((answer: ServerResponse) => void)[]): void
  /** How many are still to come. */
  readonly refusalsLeft: number
  /** All that was answered so far, in the order in which it was passed on. */
  readonly passedOn: string
  close(): void
}

export async function troubledProxy(to: string): Promise<TroubledProxy> {
  const refusals: ((answer: ServerResponse) => void)[] = []
  let passedOn = ''
  const server = createServer((asked, answer) => {
    const refuse = refusals.shift()
    if (refuse) return refuse(answer)
    const { method, headers, url } = asked
    const onward = ask(new URL(url!, to), { method, headers }, (answered) => {
      answer.writeHead(answered.statusCode!, answered.headers)
      answered.pipe(answer)
      answered.on('data', (chunk: Buffer) => {
        passedOn += chunk
      })
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakWith(...more) {
      refusals.push(...more)
      server.closeAllConnections()
    },
    get refusalsLeft() {
      return refusals.length
    },
    get passedOn() {
      return passedOn
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
