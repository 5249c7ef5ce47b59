import type { MetricSource } from './port.ts'
import { gpuPowerQuery } from './presets.ts'

/**
 * Mean watts of the GPUs with these labels over the last `windowSeconds`; undefined where DCGM
 * tells nothing of them.
 *
 * @throws what `MetricSource.query` throws
 */
export async function readGpuWatts(
  source: MetricSource,
  labels: Readonly<Record<string, string>>,
  windowSeconds: number,
  abort?: AbortSignal,
): Promise<number | undefined> {
  const [sample] = await source.query(gpuPowerQuery(labels, windowSeconds), abort)
  return sample?.value
}
