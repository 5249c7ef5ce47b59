/** How long what was observed says something about now. */
export const OBSERVED_MS = 15 * 60_000
