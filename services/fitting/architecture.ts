/** What the physics needs to know of a model. */
export interface Architecture {
  readonly id: string
  readonly paramsTotalBillions: number
  /** Parameters used per token. */
  readonly paramsActiveBillions: number
  readonly layers: number
  readonly hiddenSize: number
  /** All attention layers together, 16-bit cache; sliding windows averaged in. */
  readonly kvBytesPerToken: number
  /** 0 for a dense model. */
  readonly experts: number
  readonly expertsPerToken: number
  /** Set where the shape is a guess: predictions widen and say so. */
  readonly estimated?: string
  readonly source: string
}

/** What the physics needs to know of a GPU; vendor data sheet values, dense (no sparsity). */
export interface GpuSpec {
  readonly name: string
  readonly memoryGb: number
  readonly bandwidthGbPerSecond: number
  readonly bf16Tflops: number
  readonly fp8Tflops: number
  /** GPU-to-GPU, one direction. */
  readonly linkGbPerSecond: number
  readonly tdpWatts: number
  /** Powered, nothing loaded. */
  readonly idleWatts: number
  /** Weights loaded and contexts open, no work. */
  readonly loadedIdleWatts: number
  /** Host memory (pinned) to GPU memory, each GPU: no start loads faster. */
  readonly hostGbPerSecond?: number
  /** What loading a GB of weights draws beyond `loadedIdleWatts`. */
  readonly loadJoulesPerGb?: number
  /** Set where no measured run of this GPU is behind the prior. */
  readonly estimated?: string
  /** Set where the numbers are another GPU's, for want of a spec. */
  readonly isUnspecified?: true
  readonly source: string
}
