import { generate } from 'selfsigned'

const EC = { keyType: 'ec', algorithm: 'sha256' } as const
const named = (value: string) => [{ name: 'commonName', value }]

async function authority(name: string) {
  const { cert, private: key } = await generate(named(name), {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const issue = async (commonName: string) => {
    const made = await generate(named(commonName), { ...EC, ca: { key, cert } })
    return { certificate: Buffer.from(made.cert), key: Buffer.from(made.private) }
  }
  return { certificate: Buffer.from(cert), issue }
}

/** A server, a client of the authority that it trusts, and a client of another one. */
export async function certificates() {
  const [ours, theirs] = await Promise.all([authority('ours'), authority('theirs')])
  const [server, client, stranger] = await Promise.all([
    ours.issue('localhost'),
    ours.issue('keda'),
    theirs.issue('stranger'),
  ])
  return { authority: ours.certificate, server, client, stranger }
}
