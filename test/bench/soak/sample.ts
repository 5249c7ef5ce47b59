import { slopePer1000 } from './slope.ts'

/** One look at the process, MiB. */
export interface Sample {
  readonly cycle: number
  readonly rssMb: number
  /** Before the collection. */
  readonly rssBeforeMb: number
  readonly heapMb: number
  readonly externalMb: number
  readonly openFiles: number
  readonly redisKeys?: number | undefined
}

const TENTHS = 10

function tenths(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const size = Math.max(1, Math.ceil(samples.length / TENTHS))
  const starts = Array.from({ length: Math.ceil(samples.length / size) }, (_, i) => i * size)
  return starts.map((start) => samples.slice(start, start + size))
}

/** How it went so far: the newest sample, and what grew per 1,000 cycles after the warm-up. */
export function growth(samples: readonly Sample[], warmUpCycles: number) {
  const warm = samples.filter(({ cycle }) => cycle > warmUpCycles)
  const slope = (of: (sample: Sample) => number) =>
    Number(slopePer1000(warm.map((one) => ({ cycle: one.cycle, value: of(one) }))).toFixed(3))
  return {
    newest: samples.at(-1),
    rssMostMb: tenths(samples).map((some) => Math.max(...some.map((one) => one.rssBeforeMb))),
    rssFloorsMb: tenths(samples).map((some) => Math.min(...some.map(({ rssMb }) => rssMb))),
    // The heap goes up and down with its collections, so that its slope says little: its floors do.
    heapFloorsMb: tenths(samples).map((some) => Math.min(...some.map(({ heapMb }) => heapMb))),
    ...(warm.length > 2 && {
      per1000: {
        rssMb: slope(({ rssMb }) => rssMb),
        heapMb: slope(({ heapMb }) => heapMb),
        externalMb: slope(({ externalMb }) => externalMb),
        openFiles: slope(({ openFiles }) => openFiles),
        ...(samples[0]?.redisKeys && { redisKeys: slope(({ redisKeys }) => redisKeys!) }),
      },
    }),
  }
}
