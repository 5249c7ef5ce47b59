import {
  exactly,
  type Shift,
  shiftSequence,
  type TargetRef,
} from '../../../services/actuation/index.ts'
import { maxInFlight } from '../../actuation/simulated-traffic.ts'
import { pathsOf, type Site } from './cluster-model.ts'

const siteOf = (model: string, site: Site): TargetRef => ({
  id: `${site}/${model}`,
  kind: 'replicas',
  region: site,
  backend: 'cluster',
  locator: { namespace: pathsOf(model).namespace, name: `${model}-${site}` },
})

const command = (model: string, site: Site, fromReplicas: number, toReplicas: number) => ({
  kind: toReplicas > fromReplicas ? ('scale-up' as const) : ('scale-down' as const),
  target: siteOf(model, site),
  desired: { replicas: exactly(toReplicas) },
  ifVersion: '0',
  fromReplicas,
  toReplicas,
  gpus: 0,
  reason: 'bench',
})

const head = (model: string) => ({
  id: model,
  planVersion: '1',
  model,
  reason: 'bench',
  maxInFlight,
})

/** All traffic of a model from the dirty site to the clean one. */
export const wholeMove = (model: string): Shift =>
  shiftSequence({
    ...head(model),
    commands: [command(model, 'clean', 1, 4), command(model, 'dirty', 4, 0)],
    routes: [
      {
        target: {
          id: `route/${model}`,
          kind: 'route',
          region: 'global',
          backend: 'edge',
          locator: { namespace: pathsOf(model).namespace, name: model },
        },
        from: { dirty: 100, clean: 0 },
        to: { dirty: 0, clean: 100 },
        mostPoints: 25,
      },
    ],
    watched: true,
  })

/** One target told one count, with nothing to wait for. */
export const oneChange = (model: string, site: Site): Shift => ({
  ...shiftSequence({
    ...head(`${model}-${site}`),
    commands: [command(model, site, 9, 6)],
    routes: [],
    watched: false,
  }),
})
