import { runCli } from './run-cli.ts'

const { stdin, stdout, stderr } = process
const isTty = stdout.isTTY === true

/** What is said after its reader has gone is lost, and nothing else is: a log is no reason to end. */
const unheard = new AbortController()
stdout.on('error', () => unheard.abort())
stderr.on('error', () => undefined)

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  env: process.env,
  nowMs: Date.now,
  isTty,
  unheard: unheard.signal,
  ...(isTty && stdin.isTTY === true && { terminal: { input: stdin, output: stdout } }),
})

/** A part that was not closed is no reason to live on, half alive, where a supervisor would start anew. */
const TIDYING_MS = 5_000
setTimeout(() => process.exit(), TIDYING_MS).unref()
