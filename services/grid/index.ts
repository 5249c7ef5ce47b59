export { checkProvider, type ProviderCheck } from './check-provider.ts'
export {
  type GridDesk,
  type GridDeskOptions,
  gridDesk,
  type ZoneForecast,
  type ZoneHistory,
  type ZoneNow,
} from './grid-desk.ts'
export {
  type GridReader,
  type GridReaderOptions,
  gridReader,
  type ZoneReading,
} from './grid-reader.ts'
export { judgeOnce, judgeSeries } from './judge-series.ts'
export { type PoliteOptions, politeHttp, type RequestBudget } from './polite-http.ts'
export type {
  ArchiveQuery,
  ForecastArchive,
  GridProvider,
  SeriesStore,
  StoredSeries,
} from './port.ts'
export { referenceOf } from './reference-of.ts'
export { skillWords } from './skill-words.ts'
export {
  type ForecastWindow,
  LOOK_AGAIN_MS,
  readerAtHand,
  type ZoneBoard,
  zoneBoard,
} from './zone-board.ts'
export { zoneForecaster } from './zone-forecaster.ts'
