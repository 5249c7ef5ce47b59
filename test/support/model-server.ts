import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the server got it. */
export interface Asked {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: { readonly model: string; readonly messages: { readonly content: string }[] }
}

/** A server that speaks OpenAI's API, for as far as batches use it: it answers with what it was asked. */
export async function modelServer(answerAfterMs = 0) {
  const asked: Asked[] = []
  const gauge = { now: 0, most: 0, closed: 0 }
  const state = {
    answerAfterMs,
    /** Status to refuse a request with; undefined answers it. */
    refuse: (_content: string, _timesAsked: number): number | undefined => undefined,
  }
  const server = createServer((request, reply) => void answer(request, reply))
  server.on('request', (_request, reply) =>
    reply.on('close', () => {
      if (!reply.writableEnded) gauge.closed += 1
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = JSON.parse(text) as Asked['body']
    asked.push({ path: request.url!, authorization: request.headers.authorization, body })
    gauge.now += 1
    gauge.most = Math.max(gauge.most, gauge.now)
    const content = body.messages[0]!.content
    await new Promise((resolve) => setTimeout(resolve, state.answerAfterMs))
    gauge.now -= 1
    const times = asked.filter(({ body }) => body.messages[0]!.content === content).length
    const status = state.refuse(content, times) ?? 200
    reply.writeHead(status, {
      'content-type': 'application/json',
      'x-request-id': `req-${content.slice(0, 20)}`,
    })
    const message = { role: 'assistant', content: `echo ${content}` }
    const completion = {
      id: `chatcmpl-${content}`,
      object: 'chat.completion',
      created: 0,
      model: body.model,
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }
    const error = {
      message: `no ${content}`,
      type: 'invalid_request_error',
      param: null,
      code: null,
    }
    reply.end(JSON.stringify(status === 200 ? completion : { error }))
  }

  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    gauge,
    state,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
