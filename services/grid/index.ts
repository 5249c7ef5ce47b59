export type {
  ArchiveQuery,
  ForecastArchive,
  GridProvider,
  SeriesStore,
  StoredSeries,
} from './port.ts'
export { knownZones } from './zones.ts'
