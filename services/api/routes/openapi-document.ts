import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { problems } from '../schemas/ref.ts'

/** `GET /openapi.json`: this API, described by the schemas that it checks with. */
export const openapiDocumentRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/openapi.json',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getOpenapi',
        tags: ['service'],
        summary: 'This document',
        response: { 200: Type.Object({}, { additionalProperties: true }), ...problems() },
      },
    },
    async () => app.swagger() as unknown as Record<string, unknown>,
  )
}
