import { runCli } from './run-cli.ts'

const { stdin, stdout, stderr } = process
const isTty = stdout.isTTY === true

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  env: process.env,
  nowMs: Date.now,
  isTty,
  ...(isTty && stdin.isTTY === true && { terminal: { input: stdin, output: stdout } }),
})

/** A part that was not closed is no reason to live on, half alive, where a supervisor would start anew. */
const TIDYING_MS = 5_000
setTimeout(() => process.exit(), TIDYING_MS).unref()
