import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '../../docs/benchmarks.md')
const HEAD = `# Benchmarks
Each section is written by the command it names, on the machine it names. Times on a shared machine are for comparison within one run only.
`

/** Replaces one section of docs/benchmarks.md by what was just measured. */
export function writeSection(title: string, command: string, lines: readonly string[]): void {
  const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : HEAD
  const [head, ...sections] = text.split(/^(?=## )/m)
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`
  const section = [`## ${title}`, `\`${command}\` on ${machine}.`, '', ...lines, '', ''].join('\n')
  const others = sections.filter((one) => !one.startsWith(`## ${title}\n`))
  const all = [...others, section].toSorted()
  writeFileSync(FILE, `${[head, ...all].join('').trimEnd()}\n`)
}
