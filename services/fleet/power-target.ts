import { fill, fits, type Placement } from './placement.ts'
import type { Fleet } from './schema/fleet.ts'

/** GPUs of one node that a placement has to itself. */
export interface PowerTarget {
  readonly id: string
  readonly backend: string
  readonly locator: Readonly<Record<string, string>>
}

/** Every node's GPUs that run a placement and whose power can be set. */
export function powerTargetsOf(
  { powerCaps }: Pick<Fleet, 'powerCaps'>,
  placement: Placement,
): readonly PowerTarget[] {
  const { model, region, variant } = placement
  return powerCaps.flatMap(({ id, targets }) =>
    targets.flatMap((target, entry) =>
      fits(target, placement)
        ? {
            id: `power/${id}/${entry}/${region}/${model}/${variant}`,
            backend: `power/${id}`,
            locator: {
              url: fill(placement).baseUrl(target.url),
              gpuIds: target.gpuIds.join(','),
            },
          }
        : [],
    ),
  )
}
