import { expect, it } from 'vitest'
import {
  type ClientCertificates,
  certifiedCaller,
} from '../../services/api/access/client-certificate.ts'
import { buildApp } from '../../services/api/app.ts'
import { memoryPorts } from './memory-ports.ts'

const certificates: ClientCertificates = {
  header: 'x-client-subject',
  proxies: ['10.0.0.5/32', 'fd00::/8'],
  tenant: 'default',
  scopes: ['read'],
}
const from = (ip: string | undefined, subject?: string | string[]) =>
  certifiedCaller(certificates, { remoteAddress: ip, headers: { 'x-client-subject': subject } })

it('believes the proxy, in whatever spelling of its address, and nobody else', () => {
  const ann = { subject: 'cert:CN=ann', tenant: 'default', scopes: ['read'] }
  expect(from('10.0.0.5', 'CN=ann')).toEqual(ann)
  expect(from('::ffff:10.0.0.5', 'CN=ann')).toEqual(ann)
  expect(from('fd00::7', 'CN=ann')).toEqual(ann)
  for (const ip of [undefined, '10.0.0.6', '127.0.0.1', '::1', '::ffff:10.0.0.6', 'fe80::1']) {
    expect(from(ip, 'CN=ann'), ip).toBeUndefined()
  }
})

it('takes one subject that says something', () => {
  for (const subject of [undefined, '', ['CN=a', 'CN=b'], 'x'.repeat(201)]) {
    expect(from('10.0.0.5', subject)).toBeUndefined()
  }
})

it('lets a certified client do what the scopes say; a wrong key is not mended by it', async () => {
  const app = await buildApp(memoryPorts(), {
    version: '1',
    security: {
      mode: 'closed',
      authenticators: [],
      certificates: { ...certificates, proxies: ['127.0.0.1/32'] },
    },
  })
  const ask = (url: string, headers: Record<string, string>) =>
    app.inject({ url, headers }).then(({ statusCode }) => statusCode)
  const subject = { 'x-client-subject': 'CN=ann' }
  expect(await ask('/v1/models', subject)).toBe(200)
  expect(await ask('/v1/audit', subject)).toBe(403)
  expect(await ask('/v1/models', {})).toBe(401)
  expect(await ask('/v1/models', { ...subject, authorization: 'Bearer nonsense' })).toBe(401)
  await app.close()
})
