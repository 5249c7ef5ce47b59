import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliReference } from '../../services/cli/cli-reference.ts'
import { buildProgram } from '../../services/cli/run-cli.ts'

const silent = () => undefined

test('docs/cli.md says what the commands are; -u writes it anew', async () => {
  const io = { out: silent, err: silent, env: {}, nowMs: Date.now, isTty: false }
  const page = join(import.meta.dirname, '../../docs/cli.md')
  await expect(cliReference(buildProgram(io))).toMatchFileSnapshot(page)
})
