/** What the wizard asks, and what its flags say instead. */
export interface InitAnswers {
  readonly name: string
  /** Electricity Maps' zone keys; one region each. */
  readonly zones: readonly string[]
  readonly gpu: string
  /** In each region. */
  readonly gpus: number
  /** Hugging Face id of the catalogue. */
  readonly model: string
  /** Output tokens/s of all traffic together. */
  readonly tokensPerSecond: number
  /** A context of the kubeconfig for each zone, in their order; empty steers nothing yet. */
  readonly contexts: readonly string[]
}

export const DEFAULTS: InitAnswers = {
  name: 'my-fleet',
  zones: ['DE', 'SE'],
  gpu: 'H100',
  gpus: 16,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  tokensPerSecond: 2000,
  contexts: [],
}
