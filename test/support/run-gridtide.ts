import { runCli } from '../../services/cli/run-cli.ts'

/** Runs one command line in process and returns all that it said. */
export async function runGridtide(
  argv: readonly string[],
  { env = {}, at = '2026-06-15T12:00Z' }: { env?: Record<string, string>; at?: string } = {},
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await runCli(argv, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    env,
    nowMs: () => Date.parse(at),
    isTty: false,
  })
  return { code, ...said }
}
