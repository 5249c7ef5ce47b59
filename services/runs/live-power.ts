import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { wattsFromMilliwatts } from '../domain/units.ts'
import { parseShaped } from './parse-shaped.ts'
import type { PowerSample } from './power-samples.ts'
import { gpuOfLabels, PROMETHEUS_SAMPLE, prometheusAnswer } from './prometheus-answer.ts'

const zeusdShape = Compile(Type.Object({ power_mw: Type.Record(Type.String(), Type.Number()) }))

/**
 * Present power of every GPU from zeusd's `GET /gpu/get_power`, which is in milliwatts.
 * https://github.com/ml-energy/zeus/blob/master/docs/zeusd/api.md
 *
 * @throws InvalidInput naming the field
 */
export function readZeusd(text: string, atMs: number): readonly PowerSample[] {
  const { power_mw } = parseShaped(text, zeusdShape, 'an answer of zeusd')
  return Object.entries(power_mw).map(([gpu, milliwatts]) => ({
    atMs,
    gpu,
    watts: wattsFromMilliwatts(milliwatts),
  }))
}

const vectorShape = Compile(prometheusAnswer({ value: PROMETHEUS_SAMPLE }))

/**
 * Present power from an instant query for `DCGM_FI_DEV_POWER_USAGE`, W. It is no newer than
 * Prometheus' last scrape: windows must be many scrapes long.
 *
 * @throws InvalidInput naming the field
 */
export function readPrometheusPower(text: string, atMs: number): readonly PowerSample[] {
  const { data } = parseShaped(text, vectorShape, 'an answer of Prometheus')
  return data.result.map(({ metric, value: [, watts] }) => ({
    atMs,
    gpu: gpuOfLabels(metric),
    watts: Number(watts),
  }))
}
