import { type RouteMove, type TargetRef, toPercent, type Weights } from '../actuation/index.ts'
import { type Fleet, type RouteTarget, routeTargetsOf } from '../fleet/index.ts'
import type { Plan } from '../planning/index.ts'
import type { FleetSight } from './look-at-fleet.ts'
import { lookAtTargets, type TargetLook } from './look-at-targets.ts'
import { inForce, windowAt } from './plan-events.ts'

/**
 * How a route is to split a model's traffic in the window in force, in percent by the router's own
 * names: each region's share as the plan's flows have it, inside a region as its variants carry it.
 *
 * @returns empty where the plan sends nothing this way; then the route is left as it is
 */
function routeShares(route: RouteTarget, plan: Plan, model: string, nowMs: number): Weights {
  const window = windowAt(plan, nowMs)
  const places = inForce(plan, nowMs).filter((one) => one.model === model)
  const shares: Record<string, number> = {}
  for (const { region, pointId: variant, tokensPerSecond } of places) {
    if (route.region !== undefined && route.region !== region) continue
    const inRegion = places.filter((one) => one.region === region)
    const carried = inRegion.reduce((sum, one) => sum + one.tokensPerSecond, 0)
    if (carried === 0) continue
    const flow = plan.flows
      .filter((one) => one.window === window && one.model === model && one.region === region)
      .filter(({ origin }) => route.origin === undefined || route.origin === origin)
      .reduce((sum, one) => sum + one.tokensPerSecond, 0)
    const name = route.nameOf({ model, region, variant })
    shares[name] = (shares[name] ?? 0) + (flow * tokensPerSecond) / carried
  }
  return toPercent(shares)
}

const refOf = ({ id, backend, locator, region = 'global' }: RouteTarget): TargetRef => ({
  id,
  kind: 'route',
  region,
  backend,
  locator,
})

/** What every route of a model has to change, from how it is now. One that cannot be seen stays. */
export async function routeMoves(
  look: TargetLook,
  { fleet, plan, nowMs }: Pick<FleetSight, 'plan' | 'nowMs'> & { readonly fleet: Fleet },
  model: string,
  abort?: AbortSignal,
): Promise<readonly RouteMove[]> {
  const routes = routeTargetsOf(fleet, model)
  const observed = await lookAtTargets(look, routes.map(refOf), abort)
  return routes.flatMap((route): readonly RouteMove[] => {
    const seen = observed[route.id]
    const to = routeShares(route, plan, model, nowMs)
    const from = seen?.desired.weightsPercent
    if (!from || seen.paused || Object.keys(to).length === 0 || same(from, to)) return []
    return [{ target: refOf(route), from, to, mostPoints: fleet.moves.mostPointsPerStep }]
  })
}

const same = (a: Weights, b: Weights): boolean =>
  [...Object.keys(a), ...Object.keys(b)].every((name) => (a[name] ?? 0) === (b[name] ?? 0))
