import { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { stopFile } from '../../wiring/stop-switch.ts'
import type { CliIo } from '../io.ts'

/** `gridtide stop`: the kill switch of this machine; needs no service, queue or database. */
export function stopCommand(io: CliIo): Command {
  return new Command('stop')
    .description('stop moving anything on this machine, at once and until `gridtide resume`')
    .argument('[why]', 'for whoever finds it stopped', 'a person at the command line')
    .option('--json', 'print data instead of words')
    .action(async (why: string, { json }: { json?: true }) => {
      const file = stopFile(readEnv(io.env).home)
      await file.engage(why)
      const words = `stopped: ${file.name} says "${why}"\n`
      io.out(json ? `${JSON.stringify({ stopped: true, file: file.name, why })}\n` : words)
    })
}

/** `gridtide resume`: takes `gridtide stop` back. */
export function resumeCommand(io: CliIo): Command {
  return new Command('resume')
    .description('take `gridtide stop` back; other switches may still say stop')
    .option('--json', 'print data instead of words')
    .action(async ({ json }: { json?: true }) => {
      const file = stopFile(readEnv(io.env).home)
      await file.disengage()
      const words = `${file.name} is gone\n`
      io.out(json ? `${JSON.stringify({ stopped: false, file: file.name })}\n` : words)
    })
}
