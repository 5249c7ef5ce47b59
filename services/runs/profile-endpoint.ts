import { UpstreamMalformed } from '../domain/errors.ts'
import { meanPowerWatts, type PowerSample } from './power-samples.ts'
import {
  isSteady,
  type LoadEvents,
  measureWindow,
  noEvents,
  type PointMeasured,
} from './profile-point.ts'
import type { RequestLengths } from './read-lengths.ts'
import { type StreamRequest, streamCompletion } from './stream-completion.ts'

/** The outside of a profile, so that a test can stand in for each part. */
export interface ProfileDoors {
  readonly fetch: typeof fetch
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Present power, one sample per GPU; undefined measures latency only. */
  readonly power?: () => Promise<readonly PowerSample[]>
}

export type Load =
  | { readonly kind: 'closed'; readonly concurrency: number }
  | { readonly kind: 'open'; readonly requestsPerSecond: number }

export interface ProfileOptions extends Omit<StreamRequest, 'prompt' | 'outputTokens' | 'abort'> {
  /** Lengths of requests, sent in this order over and over. */
  readonly lengths: readonly RequestLengths[]
  readonly load: Load
  readonly warmUpMs: number
  readonly measureMs: number
  /** Give up waiting for a steady state after this long. */
  readonly patienceMs: number
}

export interface Profiled extends PointMeasured {
  readonly steady: boolean
  readonly powerWatts?: number
}

const POWER_PERIOD_MS = 100
const METER_PATIENCE_MS = 5_000
const STEADY_WINDOW_MS = 500

/**
 * Loads an endpoint, waits until its throughput is steady, and measures one window of it. Power is
 * integrated over exactly the same window.
 *
 * @throws UpstreamUnavailable | UpstreamRefused | UpstreamMalformed from the endpoint
 */
export async function profileEndpoint(
  doors: ProfileDoors,
  options: ProfileOptions,
): Promise<Profiled> {
  const stop = new AbortController()
  const events = noEvents()
  const samples: PowerSample[] = []
  const sides = [
    drive(doors, options, events, stop),
    ...(doors.power ? [meter(doors, doors.power, samples, stop)] : []),
  ]
  const work = Promise.all(sides)
  const window = async () => {
    await doors.sleep(options.warmUpMs)
    const steady = await settle(doors, options, events)
    const startMs = doors.nowMs()
    await doors.sleep(options.measureMs)
    const endMs = doors.nowMs()
    if (doors.power) await sampleAfter(doors, samples, endMs)
    return { steady, startMs, endMs }
  }
  try {
    const { steady, startMs, endMs } = await Promise.race([
      window(),
      work.then(() => new Promise<never>(() => {})),
    ])
    const measured = measureWindow(events, startMs, endMs)
    if (!measured) throw new UpstreamMalformed('streamed no tokens', { upstream: options.endpoint })
    return {
      ...measured,
      steady,
      ...(doors.power && { powerWatts: meanPowerWatts(samples, startMs, endMs) }),
    }
  } finally {
    stop.abort()
    await work.catch(() => undefined)
  }
}

async function settle(doors: ProfileDoors, options: ProfileOptions, events: LoadEvents) {
  const untilMs = doors.nowMs() + options.patienceMs
  while (doors.nowMs() < untilMs) {
    if (isSteady(events.tokensAtMs, doors.nowMs(), STEADY_WINDOW_MS)) return true
    await doors.sleep(STEADY_WINDOW_MS / 2)
  }
  return false
}

/** One more sample closes the last trapezoid; a meter that is stuck is not waited for. */
async function sampleAfter(
  doors: ProfileDoors,
  samples: readonly PowerSample[],
  endMs: number,
): Promise<void> {
  const isIn = () => samples.some(({ atMs }) => atMs >= endMs)
  while (!isIn() && doors.nowMs() < endMs + METER_PATIENCE_MS) await doors.sleep(POWER_PERIOD_MS)
}

async function meter(
  { nowMs, sleep }: ProfileDoors,
  power: () => Promise<readonly PowerSample[]>,
  into: PowerSample[],
  stop: AbortController,
): Promise<void> {
  while (!stop.signal.aborted) {
    into.push(...(await power()))
    const startMs = nowMs()
    await sleep(Math.max(0, POWER_PERIOD_MS - (nowMs() - startMs)))
  }
}

/** Closed loop: a fixed number of requests at all times. Open loop: at a fixed rate, evenly. */
async function drive(
  doors: ProfileDoors,
  options: ProfileOptions,
  events: LoadEvents,
  stop: AbortController,
): Promise<void> {
  let sent = 0
  const one = () => {
    const lengths = options.lengths[sent++ % options.lengths.length]!
    return request(doors, options, lengths, events, stop)
  }
  if (options.load.kind === 'closed') {
    const worker = async () => {
      while (!stop.signal.aborted) await one()
    }
    await Promise.all(Array.from({ length: options.load.concurrency }, worker))
    return
  }
  const running: Promise<void>[] = []
  const periodMs = 1e3 / options.load.requestsPerSecond
  // By the clock, not by the last request: a busy client sends late, but never less.
  for (let dueMs = doors.nowMs(); !stop.signal.aborted; dueMs += periodMs) {
    running.push(one())
    await doors.sleep(Math.max(0, dueMs + periodMs - doors.nowMs()))
  }
  await Promise.all(running)
}

async function request(
  { fetch: fetcher, nowMs }: ProfileDoors,
  options: ProfileOptions,
  { promptTokens, outputTokens }: RequestLengths,
  events: LoadEvents,
  stop: AbortController,
): Promise<void> {
  const startMs = nowMs()
  let lastMs: number | undefined
  events.inFlight.push({ atMs: startMs, change: 1 })
  const onToken = () => {
    const atMs = nowMs()
    events.tokensAtMs.push(atMs)
    if (lastMs === undefined) events.firstTokens.push({ atMs, ttftMs: atMs - startMs })
    else events.gaps.push({ atMs, gapMs: atMs - lastMs })
    lastMs = atMs
  }
  const prompt = 'tide '.repeat(promptTokens)
  try {
    const asked = { ...options, prompt, outputTokens, abort: stop.signal }
    await streamCompletion(fetcher, asked, onToken)
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    events.inFlight.push({ atMs: nowMs(), change: -1 })
  }
}
