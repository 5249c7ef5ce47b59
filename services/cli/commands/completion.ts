import { Argument, Command } from 'commander'
import { completionScript, SHELLS, type Shell } from '../completion-script.ts'
import type { CliIo } from '../io.ts'

/** `gridtide completion`: a script that teaches the shell our commands and flags. */
export function completionCommand(io: CliIo): Command {
  return new Command('completion')
    .description('print a completion script: source <(gridtide completion bash)')
    .addArgument(new Argument('<shell>', 'whose language it speaks').choices(SHELLS))
    .action((shell: Shell, _options: object, command: Command) => {
      io.out(completionScript(command.parent!, shell))
    })
}
