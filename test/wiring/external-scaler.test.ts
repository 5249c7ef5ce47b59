import { expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { openExternalScaler } from '../../services/wiring/external-scaler.ts'

const targets = { desired: async () => ({ desiredReplicas: 1, active: 1, planVersion: 1 }) }
const open = (env: Readonly<Record<string, string>>) => openExternalScaler(readEnv(env), targets)

it('is there only where the environment asks for it', async () => {
  expect(await open({})).toBeUndefined()
  const scaler = await open({ GRIDTIDE_SCALER_PORT: '0' })
  expect(scaler!.port).toBeGreaterThan(0)
  await scaler!.close()
})

it('does not start where anybody could ask, or without a file it was told of', async () => {
  const port = { GRIDTIDE_SCALER_PORT: '0' }
  await expect(open({ ...port, HOST: '0.0.0.0' })).rejects.toThrow('GRIDTIDE_SCALER_CERT')
  await expect(open({ ...port, GRIDTIDE_AUTH: 'required' })).rejects.toThrow('GRIDTIDE_SCALER_CERT')
  const files = {
    GRIDTIDE_SCALER_CERT: '/no/c',
    GRIDTIDE_SCALER_KEY: '/no/k',
    GRIDTIDE_SCALER_CA: '/no/a',
  }
  await expect(open({ ...port, ...files })).rejects.toThrow('cannot read /no/')
})
