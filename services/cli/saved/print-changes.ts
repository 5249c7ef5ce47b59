import { coloursOf } from '../colours.ts'
import type { CliIo } from '../io.ts'
import type { Change } from './changes-now.ts'

/** One line a change, `+` more, `-` fewer, `~` where what runs cannot be seen; then their sum. */
export function printChanges(changes: readonly Change[], io: CliIo): string {
  if (changes.length === 0) return 'No changes: what runs is what the plan wants.\n'
  const paint = coloursOf(io)
  const lines = changes.map(({ region, model, variant, before, after }) => {
    const words = `${model} in ${region}, ${variant}: ${before ?? 'unknown'} -> ${after} replicas`
    if (before === undefined) return paint.yellow(`  ~ ${words}`)
    return after > before ? paint.green(`  + ${words}`) : paint.red(`  - ${words}`)
  })
  return `${lines.join('\n')}\n${changes.length} to change.\n`
}
