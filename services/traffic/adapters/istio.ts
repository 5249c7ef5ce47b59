import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { GuardDeps, InferenceBackend, KubernetesApi } from '../../actuation/index.ts'
import { NotFound, UpstreamMalformed } from '../../domain/errors.ts'
import { type RouteKind, weightedRoute } from './weighted-route.ts'

const virtualServiceShape = Compile(
  Type.Object({
    spec: Type.Object({
      http: Type.Array(
        Type.Object({
          route: Type.Optional(
            Type.Array(
              Type.Object({
                destination: Type.Object({
                  host: Type.String(),
                  subset: Type.Optional(Type.String()),
                }),
                weight: Type.Optional(Type.Integer({ minimum: 0 })),
              }),
            ),
          ),
        }),
      ),
    }),
  }),
)

/** Istio: a lone destination gets everything whatever its weight, any other missing one is 0. */
const virtualService: RouteKind = {
  type: 'istio',
  group: 'networking.istio.io',
  version: 'v1',
  plural: 'virtualservices',
  backends(object, rule) {
    if (!virtualServiceShape.Check(object)) {
      const message = `${object.metadata.name} is not a VirtualService we understand`
      throw new UpstreamMalformed(message, { upstream: 'kubernetes' })
    }
    const routes = object.spec.http[rule]?.route
    if (!routes) throw new NotFound(`${object.metadata.name} has no routes in rule ${rule}`)
    return routes.map(({ destination, weight }, index) => ({
      name: [destination.host, destination.subset].filter(Boolean).join('/'),
      weight: routes.length === 1 ? 100 : (weight ?? 0),
      silent: weight === undefined,
      path: `/spec/http/${rule}/route/${index}`,
      identity: { path: '/destination', value: destination },
    }))
  },
}

/**
 * Weights of one HTTP rule of a VirtualService, by `host` or `host/subset`. Locator: `namespace`,
 * `name`, `rule` (0).
 */
export const istio = (api: KubernetesApi, deps: GuardDeps): InferenceBackend =>
  weightedRoute(api, virtualService, deps)
