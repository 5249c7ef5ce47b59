import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { freshFolder } from '../support/engines.ts'
import { until } from '../support/service-process.ts'

test('npm start serves the example fleet, and ends when it is told to', async () => {
  const home = await freshFolder()
  const child = spawn('npm', ['start', '--silent'], {
    env: { ...process.env, GRIDTIDE_HOME: home, PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const url = await until(
    () => /Gridtide is up at (http:\S+)/.exec(said)?.[1],
    'npm start to serve',
  )
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect(await (await fetch(`${url}/v1/regions`)).json()).toMatchObject({
    items: [{ id: 'frankfurt' }, { id: 'stockholm' }],
  })
  const ended = once(child.stdout, 'close') // the service holds it too: npm's own end proves little
  child.kill('SIGTERM')
  await ended
  await rm(home, { recursive: true })
})
