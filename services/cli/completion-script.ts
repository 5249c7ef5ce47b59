import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What may follow the words typed so far. */
interface Place {
  /** E.g. `gridtide grid now`. */
  readonly words: string
  readonly commands: readonly Command[]
  readonly flags: readonly { readonly name: string; readonly description: string }[]
  readonly choices: readonly string[]
}

/** A script for the shell that completes commands, flags and files. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, program.name())
  if (shell === 'fish') return fishScript(program.name(), places)
  return (shell === 'zsh' ? ZSH_HEAD : '') + bashScript(program.name(), places)
}

/** zsh runs bash's completions by a compatibility function of its own, over its own system. */
const ZSH_HEAD = `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
autoload -U +X bashcompinit && bashcompinit
`

function placesOf(command: Command, words: string): readonly Place[] {
  const flags = command.options.flatMap(({ long, description }) =>
    long ? [{ name: long, description }] : [],
  )
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  const help = { name: '--help', description: 'display help for command' }
  return [
    { words, commands: command.commands, flags: [...flags, help], choices },
    ...command.commands.flatMap((sub) => placesOf(sub, `${words} ${sub.name()}`)),
  ]
}

function bashScript(name: string, places: readonly Place[]): string {
  const cases = places.map(({ words, commands, flags, choices }) => {
    const next = [
      ...commands.map((sub) => sub.name()),
      ...choices,
      ...flags.map((flag) => flag.name),
    ]
    return `    '${words}') next='${next.join(' ')}' ;;`
  })
  return `_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='${name}' next='' word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$path $word" in
${places
  .slice(1)
  .map(({ words }) => `      '${words}') path="$path $word" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$next" -- "$cur"))
}
complete -o default -F _${name} ${name}
`
}

function fishScript(name: string, places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = places.flatMap(({ words, commands, flags, choices }) => {
    const path = words.split(' ').slice(1)
    const subs = commands.map((sub) => sub.name()).join(' ')
    const inside = path.map((word) => `__fish_seen_subcommand_from ${word}`)
    const before = subs ? [`not __fish_seen_subcommand_from ${subs}`] : []
    const when = `-n ${quoted([...inside, ...before].join('; and ') || 'true')}`
    return [
      ...commands.map(
        (sub) => `complete -c ${name} -f ${when} -a ${sub.name()} -d ${quoted(sub.description())}`,
      ),
      ...choices.map((choice) => `complete -c ${name} -f ${when} -a ${choice}`),
      ...flags.map(
        (flag) =>
          `complete -c ${name} ${when} -l ${flag.name.slice(2)} -d ${quoted(flag.description)}`,
      ),
    ]
  })
  return `${lines.join('\n')}\n`
}
