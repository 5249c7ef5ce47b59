import type { PowerSample } from './power-samples.ts'

const POWER_LINE = /^DCGM_FI_DEV_POWER_USAGE\{([^}]*)\}\s+([\d.eE+-]+)/

/** Power of every GPU from the text that NVIDIA's DCGM exporter serves at `/metrics`, W. */
export function readDcgmExporter(text: string, atMs: number): readonly PowerSample[] {
  return text.split('\n').flatMap((line) => {
    const match = POWER_LINE.exec(line)
    if (!match) return []
    const gpu = /UUID="([^"]*)"/.exec(match[1]!)?.[1] ?? match[1]!
    return [{ atMs, gpu, watts: Number(match[2]) }]
  })
}
