import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { GuardDeps, InferenceBackend, KubernetesApi } from '../../actuation/index.ts'
import { NotFound, UpstreamMalformed } from '../../domain/errors.ts'
import { type RouteKind, weightedRoute } from './weighted-route.ts'

const routeShape = Compile(
  Type.Object({
    spec: Type.Object({
      rules: Type.Array(
        Type.Object({
          backendRefs: Type.Optional(
            Type.Array(
              Type.Object({
                name: Type.String(),
                weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
              }),
            ),
          ),
        }),
      ),
    }),
  }),
)

/** Gateway API: a missing weight is 1; an InferencePool is a backend like any other. */
const httpRoute: RouteKind = {
  type: 'gateway-api',
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  backends(route, rule) {
    if (!routeShape.Check(route)) {
      const message = `${route.metadata.name} is not an HTTPRoute we understand`
      throw new UpstreamMalformed(message, { upstream: 'kubernetes' })
    }
    const backends = route.spec.rules[rule]?.backendRefs
    if (!backends) throw new NotFound(`${route.metadata.name} has no backends in rule ${rule}`)
    return backends.map(({ name, weight }, index) => ({
      name,
      weight: weight ?? 1,
      silent: weight === undefined,
      path: `/spec/rules/${rule}/backendRefs/${index}`,
      identity: { path: '/name', value: name },
    }))
  },
}

/** Weights of one rule of an HTTPRoute, by backend name. Locator: `namespace`, `name`, `rule` (0). */
export const gatewayApi = (api: KubernetesApi, deps: GuardDeps): InferenceBackend =>
  weightedRoute(api, httpRoute, deps)
