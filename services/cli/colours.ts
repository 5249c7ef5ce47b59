import picocolors from 'picocolors'
import type { CliIo } from './io.ts'

/** Colours for a terminal, and none for a pipe, a file, `NO_COLOR` or a dumb terminal. */
export const coloursOf = ({ isTty, env }: CliIo) =>
  picocolors.createColors(isTty && !env.NO_COLOR && env.TERM !== 'dumb')
