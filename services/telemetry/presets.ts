/** What we want to know of a serving engine, whatever it calls it. */
export type Quantity =
  | 'outputTokensPerSecond'
  | 'ttftP95Seconds'
  | 'tpotP95Seconds'
  | 'requestsRunning'
  | 'requestsWaiting'

export type Engine = 'vllm' | 'sglang' | 'tgi' | 'triton' | 'dynamo'

export interface Scope {
  readonly engine: Engine
  /** As the engine labels it; several label nothing and are told apart by `labels`. */
  readonly model?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly windowSeconds: number
}

interface Names {
  readonly modelLabel: string
  /** Counters of output tokens, or requests' histograms; newest name first. */
  readonly tokens: readonly string[]
  readonly ttft: readonly string[]
  readonly tpot: readonly string[]
  readonly running: readonly string[]
  readonly waiting: readonly string[]
}

/** Newest name first; engines rename, and both are asked for. */
const NAMES: Readonly<Record<Engine, Names>> = {
  vllm: {
    modelLabel: 'model_name',
    tokens: ['vllm:generation_tokens_total'],
    ttft: ['vllm:time_to_first_token_seconds'],
    tpot: ['vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds'],
    running: ['vllm:num_requests_running'],
    waiting: ['vllm:num_requests_waiting'],
  },
  sglang: {
    modelLabel: 'model_name',
    tokens: ['sglang:generation_tokens_total'],
    ttft: ['sglang:time_to_first_token_seconds'],
    tpot: ['sglang:inter_token_latency_seconds', 'sglang:time_per_output_token_seconds'],
    running: ['sglang:num_running_reqs'],
    waiting: ['sglang:num_queue_reqs'],
  },
  tgi: {
    modelLabel: 'model_id',
    tokens: ['tgi_request_generated_tokens_sum'],
    ttft: [],
    tpot: ['tgi_request_mean_time_per_token_duration'],
    running: ['tgi_batch_current_size'],
    waiting: ['tgi_queue_size'],
  },
  triton: {
    modelLabel: 'model',
    tokens: [],
    ttft: [],
    tpot: [],
    running: [],
    waiting: ['nv_inference_pending_request_count'],
  },
  dynamo: {
    modelLabel: 'model',
    tokens: ['dynamo_frontend_output_sequence_tokens_sum'],
    ttft: ['dynamo_frontend_time_to_first_token_seconds'],
    tpot: ['dynamo_frontend_inter_token_latency_seconds'],
    running: ['dynamo_frontend_inflight_requests'],
    waiting: ['dynamo_frontend_queued_requests'],
  },
}

/**
 * The PromQL for one quantity; undefined where the engine does not tell it at all.
 *
 * Names of older versions are joined with `or`, which takes the first that has any series.
 */
export function queryFor(quantity: Quantity, scope: Scope): string | undefined {
  const names = NAMES[scope.engine]
  const matcher = matcherOf(names, scope)
  const window = `[${scope.windowSeconds}s]`
  const any = (metrics: readonly string[], of: (metric: string) => string) =>
    metrics.length === 0 ? undefined : metrics.map(of).join(' or ')
  const quantile = (metrics: readonly string[]) =>
    any(
      metrics,
      (name) => `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket${matcher}${window})))`,
    )
  switch (quantity) {
    case 'outputTokensPerSecond':
      return any(names.tokens, (name) => `sum(rate(${name}${matcher}${window}))`)
    case 'ttftP95Seconds':
      return quantile(names.ttft)
    case 'tpotP95Seconds':
      return quantile(names.tpot)
    case 'requestsRunning':
      return any(names.running, (name) => `sum(${name}${matcher})`)
    case 'requestsWaiting':
      return any(names.waiting, (name) => `sum(${name}${matcher})`)
  }
}

/** Mean watts of GPUs over the window, from DCGM's energy counter, which is in millijoules. */
export function gpuPowerQuery(
  labels: Readonly<Record<string, string>>,
  windowSeconds: number,
): string {
  const matcher = selector(labels)
  return `sum(rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION${matcher}[${windowSeconds}s])) / 1000`
}

const matcherOf = ({ modelLabel }: Names, { model, labels = {} }: Scope): string =>
  selector({ ...labels, ...(model !== undefined && { [modelLabel]: model }) })

/** Values are quoted, so that no name can end the selector and add a query of its own. */
function selector(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new RangeError(`${name} is no label name`)
    return `${name}=${JSON.stringify(value)}`
  })
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
