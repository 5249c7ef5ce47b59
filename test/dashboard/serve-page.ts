import type { FastifyInstance } from 'fastify'
import { buildDashboard } from '../../infra/bootstrap/build-dashboard.mjs'
import { type ApiOptions, type ApiPorts, buildApp } from '../../services/api/index.ts'
import { dashboardFolder } from '../../services/wiring/dashboard-folder.ts'

export interface ServedPage {
  readonly url: string
  readonly app: FastifyInstance
}

/** The API with its dashboard over any ports, on a free port. */
export async function servePage(
  ports: ApiPorts,
  options: Partial<ApiOptions> = {},
): Promise<ServedPage> {
  buildDashboard()
  const app = await buildApp(ports, {
    version: 'test',
    security: { mode: 'open', tenant: 'default' },
    pageFolder: dashboardFolder(),
    ...options,
  })
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) }
}
