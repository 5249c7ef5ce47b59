import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { withHeaders } from './openapi-headers.ts'

const TAGS = {
  plans: 'What is to run where, and why.',
  fleet: 'Regions and models, and what may be changed about them.',
  batch: 'Jobs that may wait.',
  targets: 'What is steered, and how far it has come.',
  grid: 'Carbon intensity as this service sees it.',
  events: 'What happened, and who is told.',
  accounting: 'What was used, emitted and saved.',
  service: 'The service itself.',
}

/** How the OpenAPI 3.1 document is made of the routes' own schemas. */
export const openapi = (version: string): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Gridtide',
      version,
      description: 'Runs LLM inference where and when the grid is clean.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a JWT.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
  },
  refResolver: {
    buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? index),
  },
  transformObject: (made) =>
    'openapiObject' in made ? withHeaders(made.openapiObject) : made.swaggerObject,
  transform: ({ schema, url, route }) => {
    const access = route.config?.access
    const security: Record<string, string[]>[] =
      access === 'public' ? [] : [{ bearer: [access!] }, { apiKey: [access!] }]
    const described: FastifySchema = { ...schema, security }
    return { schema: described, url }
  },
})
