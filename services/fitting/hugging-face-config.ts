import { InvalidInput } from '../domain/errors.ts'
import type { Architecture } from './architecture.ts'

type Config = Readonly<Record<string, unknown>>

const CACHE_BYTES = 2
const KEYS_AND_VALUES = 2
const GATED_MATRICES = 3

/**
 * The shape of a model from its Hugging Face `config.json`; vision and audio towers around a
 * `text_config` are not counted. Parameters are summed from the shapes: embeddings, attention,
 * gated feed-forward or experts.
 *
 * @throws InvalidInput naming the first number that is missing
 */
export function architectureFromConfig(id: string, document: unknown): Architecture {
  const config = textConfigOf(document)
  const layers = need(config, 'num_hidden_layers')
  const hiddenSize = need(config, 'hidden_size')
  const experts = first(config, ['num_experts', 'num_local_experts', 'n_routed_experts']) ?? 0
  const expertsPerToken =
    experts > 0 ? (first(config, ['num_experts_per_tok', 'experts_per_token']) ?? 1) : 0
  const width = first(config, ['moe_intermediate_size', 'intermediate_size']) ?? 4 * hiddenSize
  const feedForward = GATED_MATRICES * hiddenSize * width
  const shared = first(config, ['n_shared_experts']) ?? 0
  const always = embeddingsOf(config, hiddenSize) + layers * attentionOf(config, hiddenSize)
  const paramsOf = (used: number) => (always + layers * feedForward * (used + shared)) / 1e9
  return {
    id,
    paramsTotalBillions: paramsOf(Math.max(1, experts)),
    paramsActiveBillions: paramsOf(Math.max(1, expertsPerToken)),
    layers,
    hiddenSize,
    kvBytesPerToken: layers * cacheOf(config, hiddenSize),
    experts,
    expertsPerToken,
    source: `config.json of ${id}`,
  }
}

function textConfigOf(document: unknown): Config {
  if (typeof document !== 'object' || document === null) {
    throw new InvalidInput('the architecture file is not a JSON object')
  }
  const inner = (document as Config).text_config
  return (typeof inner === 'object' && inner !== null ? inner : document) as Config
}

function first(config: Config, names: readonly string[]): number | undefined {
  const found = names.map((name) => config[name]).find((value) => typeof value === 'number')
  return found as number | undefined
}

function need(config: Config, name: string): number {
  const value = config[name]
  if (typeof value === 'number' && value > 0) return value
  throw new InvalidInput(`the architecture file lacks a positive ${name}`, [
    { path: `/${name}`, message: 'must be a positive number' },
  ])
}

const headsOf = (config: Config) => first(config, ['num_attention_heads']) ?? 32
const keyValueHeadsOf = (config: Config) =>
  first(config, ['num_key_value_heads']) ?? headsOf(config)
const headSizeOf = (config: Config, hiddenSize: number) =>
  first(config, ['head_dim']) ?? hiddenSize / headsOf(config)

/** Bytes of cache per layer and token; latent attention stores one compressed vector. */
function cacheOf(config: Config, hiddenSize: number): number {
  const latent = first(config, ['kv_lora_rank'])
  if (latent !== undefined) {
    return (latent + (first(config, ['qk_rope_head_dim']) ?? 0)) * CACHE_BYTES
  }
  return KEYS_AND_VALUES * keyValueHeadsOf(config) * headSizeOf(config, hiddenSize) * CACHE_BYTES
}

/** Query and output projections, and key and value ones. */
const attentionOf = (config: Config, hiddenSize: number): number =>
  2 * hiddenSize * headSizeOf(config, hiddenSize) * (headsOf(config) + keyValueHeadsOf(config))

function embeddingsOf(config: Config, hiddenSize: number): number {
  const copies = config.tie_word_embeddings === true ? 1 : 2
  return copies * (first(config, ['vocab_size']) ?? 0) * hiddenSize
}
