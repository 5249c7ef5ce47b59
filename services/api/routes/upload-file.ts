import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { InvalidInput } from '../../domain/errors.ts'
import { msFromSeconds } from '../../domain/units.ts'
import { fileView } from '../openai-views.ts'
import { type FormFields, receiveFile } from '../receive-file.ts'
import { OpenaiFileSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

const FORM = 'multipart/form-data'
/** As much as OpenAI takes for a batch. */
const MOST_BYTES = 200 * 1024 * 1024
const [SHORTEST_LIFE_SECONDS, LONGEST_LIFE_SECONDS] = [3600, 2_592_000]

/** `POST /v1/files`: a file of requests, kept as it comes. */
export const uploadFileRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.addContentTypeParser(FORM, (_request, payload, done) => done(null, payload))
  app.post(
    '/v1/files',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'uploadFile',
        tags: ['batch'],
        summary: 'Upload a file of requests',
        description: `As \`${FORM}\` with \`file\` and \`purpose\` (\`batch\`); at most 200 MiB.`,
        body: { content: { [FORM]: { schema: Type.Any() } } },
        response: {
          200: ref(OpenaiFileSchema),
          ...openaiErrors(400, 401, 403, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, headers, body, onceId }) => {
      if (!((body as unknown) instanceof Readable)) throw wrong('file', 'is missing: send a form')
      const file = await receiveFile(
        body as unknown as Readable,
        headers,
        MOST_BYTES,
        (name, content, fields) => {
          const livesMs = fields.then(livesMsOf)
          livesMs.catch(() => undefined) // where the store fails first nobody waits for this
          return tenant.requests.upload(name, content, livesMs, onceId)
        },
      )
      return fileView(file)
    },
  )
}

/** How long a file is to be kept, where that is said; refuses purposes other than a batch. */
function livesMsOf(fields: FormFields): number | undefined {
  if (fields.purpose !== 'batch') throw wrong('purpose', 'must be `batch`')
  const text = fields['expires_after[seconds]']
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!(seconds >= SHORTEST_LIFE_SECONDS && seconds <= LONGEST_LIFE_SECONDS)) {
    throw wrong(
      'expires_after',
      `must be ${SHORTEST_LIFE_SECONDS} to ${LONGEST_LIFE_SECONDS} seconds`,
    )
  }
  return msFromSeconds(seconds)
}

const wrong = (field: string, message: string) =>
  new InvalidInput(`${field} ${message}`, [{ path: `/body/${field}`, message }])
