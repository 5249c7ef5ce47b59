import { runCli } from '../../services/cli/run-cli.ts'

/** As the README names it. */
const SAMPLE_COMMAND =
  'npx gridtide plan --fleet config/examples/two-regions.yaml --at 2026-11-23T16:02Z'
const ROWS = 3

/** What that command prints now, cut after a few windows. */
export async function samplePlan(): Promise<string> {
  let out = ''
  await runCli(SAMPLE_COMMAND.split(' ').slice(2), {
    out: (text) => {
      out += text
    },
    err: () => undefined,
    env: {},
    nowMs: Date.now,
    isTty: false,
  })
  const lines = out.trimEnd().split('\n')
  const starts = lines.flatMap((line, index) => (/^│ \d\d-\d\dT/.test(line) ? [index] : []))
  const cut = lines.slice(0, starts[ROWS]!)
  const dots = lines[starts[ROWS]!]!.replace(/[^│]/g, ' ').replace(/^│ {4}/, '│ ...')
  return [...cut, dots, lines.findLast((line) => line.startsWith('└'))].join('\n')
}

/** The fenced block after the command's own line. */
export function sampleIn(page: string): string {
  return new RegExp(`${SAMPLE_COMMAND}[\\s\\S]*?\`\`\`\\n([\\s\\S]*?)\\n\`\`\``).exec(page)![1]!
}

/** Words of a text, without what a line is drawn of, and its numbers apart. */
export const wordsOf = (text: string) =>
  text
    .replace(/[─┌┐└┘├┤┬┴┼│]/g, ' ')
    .split(/\s+/)
    .filter(Boolean)
