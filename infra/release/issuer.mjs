// An OpenID Connect provider of one key, for `npm run test:pack`: what it signs, and where its key is.
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { exportJWK, SignJWT } from 'jose'
import { generate } from 'selfsigned'

const KEY = { kid: 'one', alg: 'ES256' }

/**
 * @param folder for its certificate, which whoever asks it has to trust
 * @returns its address, a token for an audience (scope `read`, good for 5 minutes), how to end it
 */
export async function startIssuer(folder) {
  const certificate = join(folder, 'issuer.pem')
  const altNames = [{ type: 7, ip: '127.0.0.1' }]
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'issuer' }], {
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  writeFileSync(certificate, cert)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...KEY, use: 'sig' }] })
  const server = createServer({ key, cert }, (request, response) => {
    response.statusCode = request.url === '/keys' ? 200 : 404
    response.setHeader('content-type', 'application/json').end(keys)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `https://127.0.0.1:${server.address().port}`
  return {
    issuer,
    jwksUrl: `${issuer}/keys`,
    certificate,
    token: (audience) =>
      new SignJWT({ scope: 'read' })
        .setProtectedHeader(KEY)
        .setSubject('alice')
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime('5m')
        .sign(privateKey),
    close: () => server.close(),
  }
}
