import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import { paged } from '../paging.ts'
import type { ActionReader, ActionScope } from '../ports.ts'
import { ActionPageSchema, type ActionView } from '../schemas/action.ts'
import { PageQuery, strict } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

const Instant = Type.Optional(
  Type.String({ format: 'date-time', description: 'ISO 8601 with an offset.' }),
)
const Query = strict({
  ...PageQuery.properties,
  target: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'Target id.' })),
  plan: Type.Optional(Type.Integer({ minimum: 1, description: 'Version of the plan.' })),
  from: Instant,
  to: Instant,
  format: Type.Optional(
    Type.Enum(['json', 'ndjson'], {
      description: '`ndjson` exports everything, one action a line, newest first.',
    }),
  ),
})
const BATCH = 100

/** `GET /v1/actions`: everything that was ever told to a target, or refused by it. */
export const listActionsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/actions',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listActions',
        tags: ['targets'],
        summary: 'What was told to which target, why, and what came of it',
        querystring: Query,
        response: {
          200: {
            description: 'One page as JSON, or with `format=ndjson` everything, line by line.',
            content: {
              'application/json': { schema: ref(ActionPageSchema) },
              'application/x-ndjson': { schema: Type.String() },
            },
          },
          ...problems(400, 401, 403, 429, 503),
        },
      },
    },
    async ({ tenant: { actions }, query }, reply) => {
      const scope = scopeOf(query)
      if (query.format === 'ndjson') {
        reply.type('application/x-ndjson')
        return reply.send(Readable.from(lines(actions, scope)) as never)
      }
      return paged(
        query,
        (page) => actions.history(scope, page),
        ({ id }) => id,
      )
    },
  )
}

const scopeOf = ({ target, plan, from, to }: Static<typeof Query>): ActionScope => ({
  ...(target !== undefined && { targetId: target }),
  ...(plan !== undefined && { planVersion: String(plan) }),
  ...(from !== undefined && { fromMs: Date.parse(from) }),
  ...(to !== undefined && { toMs: Date.parse(to) }),
})

async function* lines(actions: ActionReader, scope: ActionScope): AsyncGenerator<string> {
  let before: number | undefined
  for (;;) {
    const batch: readonly ActionView[] = await actions.history(scope, {
      limit: BATCH,
      ...(before !== undefined && { before }),
    })
    for (const action of batch) yield `${JSON.stringify(action)}\n`
    if (batch.length < BATCH) return
    before = batch.at(-1)!.id
  }
}
