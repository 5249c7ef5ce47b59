import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  backwardInPlace,
  choleskyInPlace,
  forwardInPlace,
} from '../../services/fitting/gaussian-process.ts'
import {
  architectureFromConfig,
  atClock,
  atPowerCap,
  catalogueArchitecture,
  catalogueGpu,
  correctLive,
  estimateArchitecture,
  fitPowerLever,
  groupRuns,
  type LiveBias,
  liveFactorsOf,
  NO_BIAS,
  workloadInputTokens,
} from '../../services/fitting/index.ts'
import { nonNegativeLeastSquares } from '../../services/fitting/nnls.ts'
import { contextOf, physicsTerms } from '../../services/fitting/physics-terms.ts'
import { minimise } from '../../services/fitting/quasi-newton.ts'
import { runUnderLaw, settingOf } from './law.ts'

describe('linear algebra', () => {
  it('solves what it factored', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (v) => {
          const row = (i: number) => v.slice(3 * i, 3 * i + 3)
          const a = Float64Array.from({ length: 9 }, (_, at) => {
            const [i, j] = [Math.floor(at / 3), at % 3]
            return row(i).reduce((sum, x, k) => sum + x * row(j)[k]!, i === j ? 1 : 0)
          })
          const b = Float64Array.from(v.slice(9))
          const x = Float64Array.from(b)
          const l = Float64Array.from(a)
          expect(choleskyInPlace(l, 3)).toBe(true)
          forwardInPlace(l, 3, x)
          backwardInPlace(l, 3, x)
          for (let i = 0; i < 3; i++) {
            expect(a[i * 3]! * x[0]! + a[i * 3 + 1]! * x[1]! + a[i * 3 + 2]! * x[2]!).toBeCloseTo(
              b[i]!,
              6,
            )
          }
        },
      ),
    )
  })

  it('refuses an indefinite matrix', () => {
    expect(choleskyInPlace(Float64Array.from([1, 2, 2, 1]), 2)).toBe(false)
  })

  it('holds coefficients at zero or above, and skips columns without data', () => {
    const x = nonNegativeLeastSquares(
      Float64Array.from([2, 0, 0, 0, 1, 0, 0, 0, 0]),
      Float64Array.from([4, -3, 0]),
    )
    expect([...x]).toEqual([2, 0, 0])
  })

  it('finds the minimum of a curved valley', () => {
    const rosenbrock = (x: Float64Array) => {
      const [a, b] = [x[0]!, x[1]!]
      const gradient = Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a))
      return { value: (1 - a) ** 2 + 100 * (b - a * a) ** 2, gradient }
    }
    const { x } = minimise(rosenbrock, Float64Array.of(-1, 1), 200)
    expect(x[0]!).toBeCloseTo(1, 3)
    expect(x[1]!).toBeCloseTo(1, 3)
  })

  it('keeps out of where there is no value, and stays where it gets no better', () => {
    const root = (x: Float64Array) => ({
      value: x[0]! - 2 * Math.sqrt(x[0]!),
      gradient: Float64Array.of(1 - 1 / Math.sqrt(x[0]!)),
    })
    expect(minimise(root, Float64Array.of(0.01), 50).x[0]!).toBeCloseTo(1, 3)
    const wrong = () => ({ value: 1, gradient: Float64Array.of(1) })
    expect([...minimise(wrong, Float64Array.of(5), 50).x]).toEqual([5])
  })

  it('goes on where the slope grows along the step', () => {
    const hill = (x: Float64Array) => ({
      value: -(x[0]! ** 2),
      gradient: Float64Array.of(-2 * x[0]!),
    })
    expect(minimise(hill, Float64Array.of(1), 3).value).toBeLessThan(-4)
  })
})

describe('physics', () => {
  const moe = catalogueArchitecture('Qwen3-30B-A3B')
  const b200 = catalogueGpu('B200')

  it('reads more experts at larger batch, never more than all', () => {
    const weights = (batch: number) => physicsTerms(settingOf(1, batch), moe, b200)[0]!
    expect(weights(64)).toBeGreaterThan(weights(1) * 3)
    expect(weights(100_000)).toBeCloseTo((30.5 * 2 * 1e3) / 8000, 3)
  })

  it('pays a hop for each doubling of GPUs, however many', () => {
    const hops = (tp: number) => physicsTerms(settingOf(tp, 8), moe, b200)[4]!
    expect(hops(64) / hops(2)).toBeCloseTo(6, 12)
    expect(hops(256) / hops(2)).toBeCloseTo(8, 12)
    expect(hops(6) / hops(2)).toBeCloseTo(Math.log2(6), 12)
  })

  it('pays no communication on one GPU, and halves weights on two', () => {
    const dense = catalogueArchitecture('Qwen3-8B')
    const [one, two] = [1, 2].map((tp) => physicsTerms(settingOf(tp, 8), dense, b200))
    expect([one![4], one![5]]).toEqual([0, 0])
    expect(two![0]).toBeCloseTo(one![0]! / 2)
    expect(physicsTerms({ ...settingOf(1, 8), pipelineParallel: 2 }, dense, b200)[0]).toBeCloseTo(
      one![0]!,
    )
  })

  it('runs int4 at 16-bit rate and fp8 at 8-bit rate', () => {
    const dense = catalogueArchitecture('Qwen3-8B')
    const compute = (precision: 'bf16' | 'int4' | 'fp8') =>
      physicsTerms({ ...settingOf(1, 8), precision }, dense, b200)[2]!
    expect(compute('int4')).toBe(compute('bf16'))
    expect(compute('fp8')).toBeCloseTo(compute('bf16') / 2)
  })

  it('takes a stated context over the mean of a conversation', () => {
    expect(contextOf(settingOf(1, 1))).toBe(650)
    expect(contextOf({ ...settingOf(1, 1), contextTokens: 9 })).toBe(9)
  })
})

describe('an unknown model', () => {
  const qwen3 = {
    num_hidden_layers: 36,
    hidden_size: 4096,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    intermediate_size: 12288,
    vocab_size: 151936,
    tie_word_embeddings: false,
  }

  it('has the shape its config.json says', () => {
    const shape = architectureFromConfig('Qwen3-8B', qwen3)
    expect(shape.paramsTotalBillions).toBeCloseTo(8.19, 1)
    expect(shape.kvBytesPerToken).toBe(147456)
    expect(shape.estimated).toBeUndefined()
  })

  it('counts experts, latent attention and nested text towers', () => {
    const moe = architectureFromConfig('moe', {
      text_config: {
        num_hidden_layers: 48,
        hidden_size: 2048,
        num_attention_heads: 32,
        num_key_value_heads: 4,
        head_dim: 128,
        moe_intermediate_size: 768,
        num_experts: 128,
        num_experts_per_tok: 8,
        vocab_size: 151936,
      },
    })
    expect(moe.paramsTotalBillions).toBeCloseTo(30.5, 0)
    expect(moe.paramsActiveBillions).toBeCloseTo(3.3, 0)
    const latent = architectureFromConfig('mla', {
      ...qwen3,
      kv_lora_rank: 512,
      qk_rope_head_dim: 64,
      n_routed_experts: 4,
      n_shared_experts: 1,
    })
    expect(latent.kvBytesPerToken).toBe(36 * 576 * 2)
    expect(latent.expertsPerToken).toBe(1)
    const bare = architectureFromConfig('bare', {
      num_hidden_layers: 2,
      hidden_size: 64,
      kv_lora_rank: 8,
      tie_word_embeddings: true,
    })
    expect(bare.kvBytesPerToken).toBe(32)
    const plain = architectureFromConfig('plain', { num_hidden_layers: 2, hidden_size: 64 })
    expect(plain.kvBytesPerToken).toBe(2 * 2 * 32 * 2 * 2)
  })

  it('names what is missing', () => {
    expect(() => architectureFromConfig('x', { hidden_size: 4 })).toThrow(/num_hidden_layers/)
    expect(() => architectureFromConfig('x', [][0])).toThrow(/not a JSON object/)
  })

  it('is estimated from its parameter count, and says so', () => {
    const dense = estimateArchitecture('Foo-70B', 70)
    expect(dense.layers).toBeGreaterThan(60)
    expect(dense.estimated).toMatch(/Foo-70B/)
    expect(estimateArchitecture('Foo-235B', 235, 22).experts).toBe(128)
    expect(() => estimateArchitecture('x', 0)).toThrow(/positive/)
    expect(() => estimateArchitecture('x', 1, 2)).toThrow(/more active/)
  })

  it('is taken from what the run, the caller or its name tells', () => {
    const run = {
      ...runUnderLaw('Qwen3-8B', 'H100', settingOf(1, 8)),
      model: 'Foo-30B',
      gpu: 'NVIDIA H200 NVL',
    }
    const [named] = groupRuns([run, run])
    expect(named).toMatchObject({ family: 'Qwen3-8B', architecture: { paramsTotalBillions: 30 } })
    expect(named!.gpu.estimated).toMatch(/taken as H200/)
    const [stated] = groupRuns([
      { ...run, paramsTotalBillions: 40, paramsActiveBillions: 4, gpu: 'Gaudi' },
    ])
    expect(stated!.architecture.experts).toBe(128)
    expect(stated!.gpu.estimated).toMatch(/taken as H100/)
    expect(stated!.gpu.isUnspecified).toBe(true)
    const shape = estimateArchitecture('Foo-30B', 31)
    const gpu = { ...catalogueGpu('H200'), name: run.gpu }
    const [given] = groupRuns([run], { architectures: [shape], gpus: [gpu] })
    expect(given).toMatchObject({ architecture: shape, gpu })
    expect(groupRuns([{ ...run, model: 'mystery' }])[0]!.architecture.paramsTotalBillions).toBe(8)
  })

  it('knows the prompts of named workloads', () => {
    expect(workloadInputTokens('gpqa')).toBeGreaterThan(0)
    expect(workloadInputTokens('nothing')).toBeUndefined()
  })
})

describe('live correction', () => {
  const feed = (ratios: readonly number[]) => {
    let bias: LiveBias = NO_BIAS
    let last = correctLive(bias, { measured: 1, predicted: 1, logSd: 0.1 })
    for (const ratio of ratios) {
      last = correctLive(bias, { measured: ratio, predicted: 1, logSd: 0.1 })
      bias = last.bias
    }
    return last
  }

  it('learns a steady bias without alarm', () => {
    const { factor, drift } = feed(
      Array.from({ length: 50 }, (_, i) => 1.04 + 0.02 * (i % 2 ? 1 : -1)),
    )
    expect(factor).toBeCloseTo(1.04, 2)
    expect(drift).toBe(false)
  })

  it('is clamped, and raises the alarm upwards and downwards', () => {
    const up = feed(Array.from({ length: 10 }, () => 3))
    expect(up.factor).toBeCloseTo(Math.exp(0.26))
    expect(up.drift).toBe(true)
    const down = feed(Array.from({ length: 10 }, () => 0.3))
    expect(down.factor).toBeCloseTo(Math.exp(-0.26))
    expect(down.drift).toBe(true)
  })
})

describe('live factors', () => {
  const seen = (quantity: 'step' | 'power', observations: number, logBias = 0.1) => ({
    layout: 'H100-tp2-pp1-bf16',
    quantity,
    bias: { logBias, observations, upper: 0, lower: 0 },
  })

  it('wait for ten observations, and are clamped', () => {
    expect(liveFactorsOf([seen('step', 9)]).size).toBe(0)
    const both = liveFactorsOf([seen('step', 10), seen('power', 99, -2)])
    expect(both.get('H100-tp2-pp1-bf16')).toEqual({
      step: Math.exp(0.1),
      power: Math.exp(-0.26),
    })
  })
})

describe('the clock lever', () => {
  const law = (smClockMhz: number) => {
    const ratio = smClockMhz / 1980
    return { smClockMhz, stepMs: 10 * (0.7 + 0.3 / ratio), powerWatts: 200 + 400 * ratio ** 2.5 }
  }
  const lever = fitPowerLever([law(1400), law(1980), law(1000)], 100)

  it('recovers the law it was measured under', () => {
    expect(lever.computeShare).toBeCloseTo(0.3, 3)
    expect(lever.exponent).toBeCloseTo(2.5, 1)
    expect(atClock(lever, 1200).powerWatts).toBeCloseTo(law(1200).powerWatts, -0.5)
  })

  it('finds the clock a cap leads to', () => {
    const capped = atPowerCap(lever, 450)!
    expect(capped.powerWatts).toBeCloseTo(450, 3)
    expect(capped.stepMs).toBeGreaterThan(10)
    expect(atPowerCap(lever, 9999)!.smClockMhz).toBe(1980)
    expect(atPowerCap(lever, 50)).toBeUndefined()
  })

  it('needs three clocks', () => {
    expect(() => fitPowerLever([law(1980), law(1000)], 0)).toThrow(/three different/)
  })
})
