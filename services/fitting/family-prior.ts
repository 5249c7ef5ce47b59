import { catalogueFamily } from './catalogue-runs.ts'
import { informPrior } from './inform-prior.ts'
import { BARE_TASK } from './measured-run.ts'
import type { Prior } from './prior.ts'
import { shippedPrior } from './shipped-prior.ts'
import type { TrainingGroup } from './training-group.ts'

/**
 * The shipped prior after it heard what the catalogue and the user know of a model's family on
 * other GPUs, in other number formats and under other workloads.
 *
 * @param family catalogue family; undefined where the catalogue does not know the model
 * @param own the user's groups of this family, without the one to be fitted
 */
export function familyPrior(family: string | undefined, own: readonly TrainingGroup[] = []): Prior {
  const listed = family === undefined ? [] : catalogueFamily(family)
  const relatives = [...own, ...listed].filter(({ runs }) => runs[0]!.task !== BARE_TASK)
  return informPrior(shippedPrior, relatives)
}
