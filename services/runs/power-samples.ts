import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'
import { msFromSeconds, secondsFromMs } from '../domain/units.ts'
import { parseShaped } from './parse-shaped.ts'
import { gpuOfLabels, PROMETHEUS_SAMPLE, prometheusAnswer } from './prometheus-answer.ts'
import { parseCsv } from './tidy-csv.ts'

export interface PowerSample {
  readonly atMs: number
  /** Index, UUID or instance:index: whatever tells GPUs apart in the source. */
  readonly gpu: string
  readonly watts: number
}

export type PowerFormat = 'nvidia-smi' | 'prometheus'

/**
 * Power samples from a log.
 *
 * `nvidia-smi`: `nvidia-smi --query-gpu=timestamp,index,power.draw --format=csv -lms 100`, times in
 * UTC. `prometheus`: the answer of `query_range` for `DCGM_FI_DEV_POWER_USAGE`, W.
 *
 * @throws InvalidInput where a row cannot be read; a log with holes is worse than none
 */
export function readPower(text: string, format: PowerFormat): readonly PowerSample[] {
  return format === 'nvidia-smi' ? fromNvidiaSmi(text) : fromPrometheus(text)
}

function fromNvidiaSmi(text: string): readonly PowerSample[] {
  return parseCsv(text).map((row, i) => {
    const power = /^([\d.]+)\s*(m?W)?$/.exec(row['power.draw [W]'] ?? row['power.draw'] ?? '')
    const atMs = Date.parse(`${(row.timestamp ?? '').replaceAll('/', '-').replace(' ', 'T')}Z`)
    if (!power || Number.isNaN(atMs))
      throw new InvalidInput(`nvidia-smi log, row ${i + 2}: unreadable`)
    const scale = power[2] === 'mW' ? 1e-3 : 1
    return { atMs, gpu: row.index ?? '0', watts: Number(power[1]) * scale }
  })
}

const rangeShape = Compile(prometheusAnswer({ values: Type.Array(PROMETHEUS_SAMPLE) }))
const zeusShape = Compile(
  Type.Object({
    time: Type.Number({ exclusiveMinimum: 0 }),
    gpu_energy: Type.Record(Type.String(), Type.Number()),
  }),
)

function fromPrometheus(text: string): readonly PowerSample[] {
  const { data } = parseShaped(text, rangeShape, 'a Prometheus query_range answer')
  return data.result.flatMap(({ metric, values }) =>
    values.map(([seconds, value]) => ({
      atMs: msFromSeconds(seconds),
      gpu: gpuOfLabels(metric),
      watts: Number(value),
    })),
  )
}

/**
 * Mean power over exactly [startMs, endMs], summed over GPUs: trapezoids, with the value at the
 * edges interpolated.
 *
 * @throws InvalidInput where the samples of a GPU do not span the window
 */
export function meanPowerWatts(
  samples: readonly PowerSample[],
  startMs: number,
  endMs: number,
): number {
  const gpus = new Set(samples.map((sample) => sample.gpu))
  if (gpus.size === 0 || endMs <= startMs) throw new InvalidInput('no power samples in the window')
  let total = 0
  for (const gpu of gpus) {
    const own = samples.filter((s) => s.gpu === gpu).sort((a, b) => a.atMs - b.atMs)
    if (own[0]!.atMs > startMs || own.at(-1)!.atMs < endMs) {
      throw new InvalidInput(`power samples of GPU ${gpu} do not span the measured window`)
    }
    total += joulesIn(own, startMs, endMs) / secondsFromMs(endMs - startMs)
  }
  return total
}

function joulesIn(samples: readonly PowerSample[], startMs: number, endMs: number): number {
  let joules = 0
  for (let i = 1; i < samples.length; i++) {
    const [a, b] = [samples[i - 1]!, samples[i]!]
    const from = Math.max(a.atMs, startMs)
    const to = Math.min(b.atMs, endMs)
    if (to <= from) continue
    const wattsAt = (ms: number) =>
      a.watts + ((b.watts - a.watts) * (ms - a.atMs)) / (b.atMs - a.atMs)
    joules += ((wattsAt(from) + wattsAt(to)) / 2) * secondsFromMs(to - from)
  }
  return joules
}

/**
 * Mean power of a Zeus `Measurement` (`{time, gpu_energy: {index: joules}}`), W over all GPUs.
 *
 * @throws InvalidInput where it is none
 */
export function zeusPowerWatts(text: string): number {
  const { time, gpu_energy: energy } = parseShaped(text, zeusShape, 'a Zeus measurement')
  return Object.values(energy).reduce((sum, joules) => sum + joules, 0) / time
}
