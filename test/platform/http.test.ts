import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setInterval } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { axiosHttp } from '../../services/platform/http.ts'

const MOST_BYTES = 64 * 1024
const TIMEOUT_MS = 300
/** For what answers. */
const PATIENT_MS = 30_000

/** What an upstream may do to whoever asks it. */
const TRICKS: Readonly<Record<string, RequestListener>> = {
  'a body that is too large': (_request, answer) => answer.end('x'.repeat(2 * MOST_BYTES)),
  'a small body that unpacks to a large one': (_request, answer) => {
    answer.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(100 * MOST_BYTES)))
  },
  'a body that never ends, by drops': async (_request, answer) => {
    for await (const _ of setInterval(TIMEOUT_MS / 5)) if (!answer.write(' ')) break
  },
  'no answer at all': () => undefined,
  'half an answer': (_request, answer) => {
    answer.writeHead(200, { 'content-length': '100' }).write('half')
    setTimeout(() => answer.destroy(), 20)
  },
}

describe('an upstream that means harm, or is broken', () => {
  let server: Server
  let url = ''
  let hits: string[] = []
  let behave: RequestListener = () => undefined
  beforeAll(async () => {
    server = createServer((request, answer) => {
      hits.push(request.url!)
      behave(request, answer)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const ask = (timeoutMs = TIMEOUT_MS) =>
    axiosHttp({ maxResponseBytes: MOST_BYTES, timeoutMs }).send('grid', {
      url: `${url}/first?token=hush`,
      headers: { authorization: 'Bearer hush' },
    })

  it.each(Object.keys(TRICKS))('is away where it gives %s', async (trick) => {
    behave = TRICKS[trick]!
    const error = await ask().catch((one: unknown) => one)
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(JSON.stringify(error) + String(error)).not.toContain('hush')
  })

  it('sends nobody on to where they did not ask to go', async () => {
    hits = []
    behave = (_request, answer) => {
      answer.writeHead(302, { location: `${url}/latest/meta-data` }).end()
    }
    const asked = ask(PATIENT_MS)
    await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_REFUSED', httpStatus: 302 })
    expect(hits).toEqual(['/first?token=hush'])
  })

  it('is not reached through a proxy that the environment names', async () => {
    vi.stubEnv('http_proxy', `${url}/proxy`)
    behave = (_request, answer) => answer.end('{}')
    hits = []
    const asked = axiosHttp({ timeoutMs: TIMEOUT_MS }).send('grid', { url: 'http://127.0.0.1:1/' })
    await expect(asked).rejects.toThrow()
    vi.unstubAllEnvs()
    expect(hits).toEqual([])
  })
})
