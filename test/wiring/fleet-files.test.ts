// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import { fleetFiles } from '../../services/wiring/fleet-files.ts'
import { readSecret } from '../../services/wiring/secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-files-'))
const data = join(folder, 'data')
mkdirSync(data)
writeFileSync(join(folder, 'near.csv'), 'near')
writeFileSync(join(data, 'far.csv'), 'far')
writeFileSync(join(folder, 'secret'), 'hunter2\n')
writeFileSync(join(folder, 'blank'), '\n')
const read = fleetFiles(join(folder, 'fleet.yaml'), data)

test('paths are relative to the fleet file, or to the data folder where they say so', async () => {
  expect(await read('near.csv')).toBe('near')
  expect(await read(join(folder, 'near.csv'))).toBe('near')
  expect(await read('data:far.csv')).toBe('far')
})

test('a file is read once', async () => {
  const first = await read('./near.csv')
  writeFileSync(join(folder, 'near.csv'), 'changed')
  expect(await read('near.csv')).toBe(first)
  expect(await fleetFiles(join(folder, 'fleet.yaml'), data)('near.csv')).toBe('changed')
})

test('what cannot be read is named as the fleet names it, and as it is on disk', async () => {
  await expect(read('data:absent.csv')).rejects.toThrow(
    `cannot read data:absent.csv (${join(data, 'absent.csv')}): no such file`,
  )
  await expect(read('data')).rejects.toThrow(/EISDIR/)
})

test('secrets come from the environment or a file, trimmed', async () => {
  expect(await readSecret('${env:TOKEN}', { TOKEN: ' abc ' })).toBe('abc')
  expect(await readSecret(`\${file:${join(folder, 'secret')}}`, {})).toBe('hunter2')
})

test.each([
  '${env:TOKEN}',
  `\${file:${join(folder, 'absent')}}`,
  `\${file:${join(folder, 'blank')}}`,
])('a secret that is not there is named: %s', async (reference) => {
  await expect(readSecret(reference, { TOKEN: '' })).rejects.toThrow(InvalidInput)
  await expect(readSecret(reference, { TOKEN: '' })).rejects.toThrow(/is not set/)
})
