import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Conflict, InvalidInput } from '../domain/errors.ts'
import type { AnswerKey, AnswerStore, AnswerText } from './answer-store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set while an answer to this request is to be kept. */
    answerKey: AnswerKey | undefined
    /**
     * Names what a request with an `Idempotency-Key` is to do. A write that keeps this name with what
     * it did is not done again, even where the process died before its answer was kept.
     */
    onceId: string | undefined
  }
}

const KEY = /^[\x21-\x7e]{1,128}$/

export interface KeepAnswersOptions {
  readonly nowMs: () => number
  /** No answer takes longer; a simulation is what takes longest. */
  readonly longestMs: number
}

/**
 * `Idempotency-Key` on every POST: the same key and request again gets the first answer again, a
 * key for another request is refused, and one whose first request is still under way has to wait.
 * A process that died in the middle leaves a beginning behind: after twice the longest time that an
 * answer takes it may be done again, and not before.
 */
export function keepAnswers(
  app: FastifyInstance,
  answers: AnswerStore,
  { nowMs, longestMs }: KeepAnswersOptions,
): void {
  app.decorateRequest('answerKey')
  app.decorateRequest('onceId')
  // Hooks of the routes that may need them: on all others they would cost and do nothing.
  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST') return
    route.preHandler = [...[route.preHandler ?? []].flat(), takeUp]
    route.onSend = [...[route.onSend ?? []].flat(), keepAnswer]
  })

  async function takeUp(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || !request.caller) return
    if (!KEY.test(key)) throw badKey()
    request.onceId = onceIdOf(request, key)
    // A stream is read once, so it has no fingerprint; its name alone makes it repeatable.
    if (request.body instanceof Readable) return
    const answerKey = { tenant: request.caller.tenant, key }
    const begun = await answers.begin({
      ...answerKey,
      fingerprint: fingerprintOf(request),
      nowMs: nowMs(),
      abandonedBeforeMs: nowMs() - 2 * longestMs,
    })
    switch (begun.state) {
      case 'started':
        request.answerKey = answerKey
        return
      case 'answered':
        if (request.routeOptions.config.secret) throw shownOnce()
        return giveAgain(reply, begun)
      case 'under-way':
        throw new Conflict('the first request with this Idempotency-Key is still under way')
      case 'other-request':
        throw new Conflict('this Idempotency-Key was used for another request')
    }
  }

  async function keepAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown) {
    const { answerKey } = request
    if (!answerKey) return
    request.answerKey = undefined
    await keep(answers, answerKey, reply, request.routeOptions.config.secret ? '' : payload)
  }
}

function giveAgain(reply: FastifyReply, { status, body, etag }: AnswerText): FastifyReply {
  if (etag !== undefined) reply.header('etag', etag)
  return reply
    .header('idempotent-replayed', 'true')
    .type('application/json')
    .code(status)
    .send(body)
}

/** Only what was done is worth keeping: a refusal may be mended and sent again under its key. */
async function keep(answers: AnswerStore, key: AnswerKey, reply: FastifyReply, payload: unknown) {
  const done = reply.statusCode < 300 && typeof payload === 'string'
  const etag = reply.getHeader('etag') as string | undefined
  if (done) await answers.finish(key, { status: reply.statusCode, body: payload, etag })
  else await answers.abandon(key)
}

const shownOnce = (): Conflict =>
  new Conflict('this was done already; what it made was shown then, and is kept nowhere')

const badKey = (): InvalidInput =>
  new InvalidInput('the Idempotency-Key is malformed', [
    { path: '/headers/idempotency-key', message: 'must be 1 to 128 printable characters' },
  ])

function fingerprintOf({ caller, method, url, body }: FastifyRequest): string {
  return hash('sha256', JSON.stringify([caller.subject, method, url, body]), 'base64url')
}

/** 32 hex digits, so that it may be a part of an id. */
function onceIdOf({ caller, method, url }: FastifyRequest, key: string): string {
  const text = JSON.stringify([caller.tenant, caller.subject, method, url, key])
  return hash('sha256', text, 'hex').slice(0, 32)
}
