import { signedSecondsFromMs } from '../domain/units.ts'
/** Counts of one long piece of work, for a line that says how long it will take. */
export interface Progress {
  /** @param share of the work that is done, 0 to 1 */
  show(what: string, share: number): void
  end(): void
}

const EVERY_MS = 1000
const QUIET_EVERY = 0.1

/**
 * One line that is written over and over on a terminal; elsewhere a line for every tenth.
 *
 * @param nowMs a clock
 */
export function progressOn(
  err: (text: string) => void,
  isTty: boolean,
  nowMs: () => number,
): Progress {
  let phase = ''
  let startedMs = nowMs()
  let shownMs = Number.NEGATIVE_INFINITY
  let shownShare = -1
  return {
    show(what, share) {
      if (what !== phase) {
        phase = what
        startedMs = nowMs()
        shownShare = -1
      }
      const isDue = isTty ? nowMs() - shownMs >= EVERY_MS : share - shownShare >= QUIET_EVERY
      if (!isDue && share < 1) return
      if (share === shownShare) return
      shownMs = nowMs()
      shownShare = share
      const words = `${what}: ${Math.floor(100 * share)} %, ${leftWords(nowMs() - startedMs, share)}`
      err(isTty ? `\r\u001B[K${barOf(share)} ${words}` : `${words}\n`)
    },
    end: () => err(isTty ? '\r\u001B[K' : ''),
  }
}

const BAR_CELLS = 24

function barOf(share: number): string {
  const done = Math.round(BAR_CELLS * share)
  return `[${'#'.repeat(done)}${'-'.repeat(BAR_CELLS - done)}]`
}

function leftWords(elapsedMs: number, share: number): string {
  if (share <= 0) return 'estimating'
  const seconds = Math.round(signedSecondsFromMs((elapsedMs * (1 - share)) / share))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`
}
