import { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { stopFile } from '../../wiring/stop-switch.ts'
import type { CliIo } from '../io.ts'

/** `gridtide stop`: the kill switch of this machine; needs no service, queue or database. */
export function stopCommand(io: CliIo): Command {
  return new Command('stop')
    .description('stop moving anything on this machine, at once and until `gridtide resume`')
    .argument('[why]', 'for whoever finds it stopped', 'a person at the command line')
    .action(async (why: string) => {
      const file = stopFile(readEnv(io.env).home)
      await file.engage(why)
      io.out(`stopped: ${file.name} says "${why}"\n`)
    })
}

/** `gridtide resume`: takes `gridtide stop` back. */
export function resumeCommand(io: CliIo): Command {
  return new Command('resume')
    .description('take `gridtide stop` back; other switches may still say stop')
    .action(async () => {
      const file = stopFile(readEnv(io.env).home)
      await file.disengage()
      io.out(`${file.name} is gone\n`)
    })
}
