import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { type JobRequest, JobRequestSchema, jobLines } from '../../deferred/index.ts'
import { InvalidInput } from '../../domain/errors.ts'
import type { Asked, JobAnswer } from '../../pipeline/submit-jobs.ts'
import { answerView } from '../batch-views.ts'
import { BatchAnswerSchema } from '../schemas/batch.ts'
import { problems, ref } from '../schemas/ref.ts'

const LINES = 'application/x-ndjson'

/** `POST /v1/batch/jobs`: hands in one job as JSON, or any number as lines, answered as they come. */
export const submitBatchJobsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.addContentTypeParser(LINES, (_request, payload, done) => done(null, payload))
  app.post(
    '/v1/batch/jobs',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'submitBatchJobs',
        tags: ['batch'],
        summary: 'Hand in deferrable jobs',
        description: `As \`application/json\` one job; as \`${LINES}\` one a line, and one answer a line, in order.`,
        body: {
          content: {
            'application/json': { schema: JobRequestSchema },
            [LINES]: { schema: Type.Any() },
          },
        },
        response: {
          200: {
            description: 'Whether it was promised, and when it runs.',
            content: {
              'application/json': { schema: ref(BatchAnswerSchema) },
              [LINES]: { schema: Type.String() },
            },
          },
          ...problems(400, 401, 403, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, headers, body, onceId }, reply) => {
      if (headers['content-type']?.startsWith(LINES)) {
        const lines = jobLines(body as unknown as AsyncIterable<Buffer>)
        const answers = tenant.batch.submit(onceId === undefined ? lines : named(lines, onceId))
        return reply.type(LINES).send(Readable.from(answerLines(answers)) as never)
      }
      for await (const answer of tenant.batch.submit([
        { ...(onceId && { id: onceId }), ...(body as JobRequest) },
      ])) {
        if (answer.status === 'refused') throw refusal(answer)
        return answerView(answer)
      }
      throw new InvalidInput('no job was sent')
    },
  )
}

/** Sent again under its key, the same line is the same job. */
async function* named(lines: AsyncIterable<Asked>, onceId: string): AsyncGenerator<Asked> {
  let number = 0
  for await (const line of lines) {
    number += 1
    yield 'wrong' in line ? line : { id: `${onceId}-${number}`, ...line }
  }
}

async function* answerLines(answers: AsyncIterable<JobAnswer>): AsyncGenerator<string> {
  for await (const answer of answers) yield `${JSON.stringify(answerView(answer))}\n`
}

function refusal({ words, issues }: Extract<JobAnswer, { status: 'refused' }>): InvalidInput {
  return new InvalidInput(
    words,
    issues.map(({ path, message }) => ({ path: `/body${path}`, message })),
  )
}
