export type { Architecture, GpuSpec } from './architecture.ts'
export { buildCatalogue } from './build-catalogue.ts'
export { candidateSettings } from './candidate-settings.ts'
export {
  catalogueArchitecture,
  catalogueArchitectures,
  catalogueGpu,
  catalogueGpus,
  findArchitecture,
  findGpu,
  workloadInputTokens,
} from './catalogue.ts'
export {
  bestKnown,
  type CatalogueModel,
  catalogueModel,
  catalogueModels,
  fittedCatalogueModel,
} from './catalogue-model.ts'
export { chosenProbability } from './chosen-probability.ts'
export { energySpreadOf } from './energy-spread.ts'
export { enginePrior } from './engine-prior.ts'
export { type EngineSpec, findEngine } from './engine-spec.ts'
export { tooFewForPrior } from './enough-runs.ts'
export { equalityPlot, type PlotPoint } from './equality-plot.ts'
export { estimateArchitecture } from './estimate-architecture.ts'
export { familyFolds } from './family-folds.ts'
export { familyPrior } from './family-prior.ts'
export { type FittedGroup, fitGroup } from './fit-group.ts'
export { fitPlot } from './fit-plot.ts'
export { gpuFromSpec } from './gpu-from-spec.ts'
export { type Extras, groupRuns } from './group-runs.ts'
export { architectureFromConfig } from './hugging-face-config.ts'
export { informPrior } from './inform-prior.ts'
export { judgePrior, type PriorReport } from './judge-prior.ts'
export { learnPrior } from './learn-prior.ts'
export { type Judged, type LeftOutRun, leftOutRuns } from './left-out.ts'
export {
  correctLive,
  type LiveBias,
  type LiveCorrection,
  type LiveObservation,
  NO_BIAS,
} from './live-correction.ts'
export { type LiveFactors, liveFactorsOf, type SeenBias } from './live-factors.ts'
export { gpusOf, groupKey, type MeasuredRun, type Setting } from './measured-run.ts'
export { nextRuns } from './next-run.ts'
export { adviseNextRuns, type NextRunAdvice } from './next-run-advice.ts'
export type { OperatingPoint } from './operating-point.ts'
export { type OperatingQuery, operatingPoints } from './operating-points.ts'
export { type Outlier, outliersOf } from './outliers.ts'
export {
  atClock,
  atPowerCap,
  type ClockPoint,
  fitPowerLever,
  type PowerLever,
} from './power-lever.ts'
export { type Prediction, predict, predictGaps } from './predict.ts'
export type { Predicted } from './predict-output.ts'
export type { Output, Prior } from './prior.ts'
export { shippedPrior } from './shipped-prior.ts'
export type { StartUpRates } from './start-up.ts'
export type { TrainingGroup } from './training-group.ts'
export { underCap } from './under-cap.ts'
