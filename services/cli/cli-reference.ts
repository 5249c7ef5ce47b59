import type { Command } from 'commander'
import { leavesOf, shownArgument } from './command-tree.ts'
import { EXAMPLES } from './examples.ts'
import { EXIT_CODES } from './exit-codes.ts'

/** The reference page of the command line, made of the commands themselves. */
export function cliReference(program: Command): string {
  const leaves = leavesOf(program)
  return [
    '# Command line\n',
    '<!-- Made of the commands by `npx vitest run test/docs/cli-reference.test.ts -u`. -->\n',
    'Data goes to standard output, talk to standard error. `--json` prints data, and errors as data too. Colours and progress bars show on a terminal only, and `NO_COLOR` turns colours off. An interrupt leaves no half-written plan.\n',
    '## Exit codes\n',
    '| code | meaning |\n|---|---|',
    ...Object.values(EXIT_CODES).map(({ code, words }) => `| ${code} | ${words} |`),
    '',
    '## Commands\n',
    '| command | what it does |\n|---|---|',
    ...leaves.map(
      ({ path, command }) => `| [${path}](#gridtide-${anchor(path)}) | ${command.description()} |`,
    ),
    '',
    ...leaves.flatMap(section),
  ].join('\n')
}

const anchor = (path: string): string => path.replaceAll(' ', '-')

function section({ path, command }: ReturnType<typeof leavesOf>[number]): readonly string[] {
  const usage = ['gridtide', path, ...command.registeredArguments.map(shownArgument), '[options]']
  const rows = [
    ...command.registeredArguments.map(
      (argument) => `| \`${shownArgument(argument)}\` | ${cell(argument.description)} |`,
    ),
    ...command.options.map(({ flags, description, mandatory, defaultValue, argChoices }) => {
      const choices = argChoices && `one of ${argChoices.join(', ')}`
      const notes = [
        mandatory && 'required',
        choices,
        defaultValue && `default \`${defaultValue}\``,
      ]
      const words = [description, ...notes.filter(Boolean)].join('; ')
      return `| \`${flags.replaceAll('|', '\\|')}\` | ${cell(words)} |`
    }),
  ]
  return [
    `### gridtide ${path}\n`,
    `${sentence(command.description())}\n`,
    `    ${usage.join(' ')}\n`,
    ...(rows.length > 0 ? ['| | |\n|---|---|', ...rows, ''] : []),
    ...(EXAMPLES[path] ? [`\`\`\`sh\n${EXAMPLES[path].join('\n')}\n\`\`\`\n`] : []),
  ]
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`
