import type { Argument, Command } from 'commander'

/** A command that does something, and the words it is called by. */
export interface Leaf {
  /** Without the program's name, e.g. `grid now`. */
  readonly path: string
  readonly command: Command
}

/** Every command of the program that does something, in the order of its help. */
export function leavesOf(program: Command, before: readonly string[] = []): readonly Leaf[] {
  return program.commands.flatMap((command) => {
    const path = [...before, command.name()]
    return command.commands.length > 0
      ? leavesOf(command, path)
      : [{ path: path.join(' '), command }]
  })
}

/** An argument as the usage line shows it. */
export function shownArgument(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}
