/** `windows 3, 7..9 and 12` for [3, 7, 8, 9, 12]; ascending input. */
export function windowsInWords(windows: readonly number[]): string {
  const runs: [number, number][] = []
  for (const window of windows) {
    const last = runs.at(-1)
    if (last && last[1] === window - 1) last[1] = window
    else runs.push([window, window])
  }
  const words = runs.map(([from, to]) => (from === to ? `${from}` : `${from}..${to}`))
  const head = words.slice(0, -1).join(', ')
  const noun = windows.length === 1 ? 'window' : 'windows'
  return head ? `${noun} ${head} and ${words.at(-1)}` : `${noun} ${words.at(-1)}`
}
