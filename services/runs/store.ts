import type { RunsFormat } from './read-runs.ts'

/** A file of measured runs that a caller sent. */
export interface RunsUpload {
  readonly id: number
  readonly model: string
  /** Rows that were believed when it came. */
  readonly runs: number
  readonly uploadedAtMs: number
  readonly uploadedBy: string
}

export interface RunsText {
  readonly format: RunsFormat
  readonly text: string
}

/** Uploaded runs of one tenant. */
export interface RunsStore {
  /**
   * The same text of the same model again is the upload that there is.
   *
   * @throws InvalidInput where there are 1,000 already
   */
  add(upload: Omit<RunsUpload, 'id'> & RunsText): Promise<RunsUpload>
  /** Newest first. */
  list(page: { readonly before?: number; readonly limit: number }): Promise<readonly RunsUpload[]>
  /** Every upload of one model as it came, oldest first. */
  textsOf(model: string): Promise<readonly RunsText[]>
  /**
   * @returns the model it was of
   * @throws NotFound
   */
  remove(id: number): Promise<string>
}
