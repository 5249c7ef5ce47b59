import type { DeferredJobStore, JobRequest, YieldedRegions } from '../deferred/index.ts'
import type { FileStore, ModelEndpoint, RequestBatchStore } from '../requests/index.ts'
import type { JobAnswer } from './submit-jobs.ts'

/** What running batches of requests asks for. */
export interface RequestPorts {
  readonly files: FileStore
  readonly batches: RequestBatchStore
  readonly jobs: Pick<DeferredJobStore, 'get' | 'report' | 'cancel'>
  readonly yields: YieldedRegions
  readonly endpoints: readonly ModelEndpoint[]
  /** Output tokens of a usual request, by model. */
  readonly usualTokens: () => Promise<ReadonlyMap<string, number>>
  /** Whether it is known yet what the model's layouts sustain: without, nothing can be promised. */
  readonly fitted: (model: string) => Promise<boolean>
  /** Hands a deferrable job in; see `submit-jobs`. */
  readonly promise: (job: JobRequest) => Promise<JobAnswer>
  /** Ends a job early, with its account; see `cancel-job`. */
  readonly cancelJob: (id: string) => Promise<boolean>
  readonly nowMs: () => number
  /** Names this process among all. */
  readonly holder: string
  readonly warn: (message: string) => void
}

/** What a process holds is free for others this long after its last sign of life. */
export const LEASE_MS = 20_000
