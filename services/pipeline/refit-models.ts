import type { FitStore, ModelFit } from '../fits/index.ts'

export interface RefitModelsPorts {
  /** Reads the runs of one model of the fleet and fits it. */
  fitModel(modelId: string): Promise<ModelFit>
  readonly fits: FitStore
}

/** runs -> fitting -> operating points, for one model of the fleet. */
export async function refitModels(
  { fitModel, fits }: RefitModelsPorts,
  { model }: { readonly model: string },
): Promise<{ readonly points: number }> {
  const fitted = await fitModel(model)
  await fits.save(fitted)
  return { points: fitted.points.length }
}
