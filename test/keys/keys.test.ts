import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { bootstrapKey, createKey, keyVerifier, rotateKey } from '../../services/keys/index.ts'
import { isProvenBy } from '../../services/keys/proof.ts'
import { memoryKeys } from '../support/memory-keys.ts'

vi.mock('../../services/keys/proof.ts', { spy: true })

let nowMs = 1_000_000
let store: ReturnType<typeof memoryKeys>
afterEach(() => void vi.useRealTimers())
beforeEach(() => {
  nowMs = 1_000_000
  store = memoryKeys()
})
const aKey = { tenant: 'acme', label: 'ci', scopes: ['read', 'plan', 'read'] as const }
const verifier = () => keyVerifier(store, { nowMs: () => nowMs }).verify

describe('a key', () => {
  it('can be found by secret scanners, and is never kept', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    expect(text).toMatch(/^gridtide_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/)
    expect(key.scopes).toEqual(['read', 'plan'])
    const secret = text.split('_').slice(2).join('_')
    expect(JSON.stringify([...store.all])).not.toContain(secret)
    expect(key.proof).toMatch(/^scrypt\$/)
  })

  it('is salted: the same secret would not look the same', async () => {
    const [one, two] = [await createKey(store, aKey, nowMs), await createKey(store, aKey, nowMs)]
    expect(one.key.proof.split('$')[1]).not.toBe(two.key.proof.split('$')[1])
  })

  it('cannot end before it begins', async () => {
    await expect(createKey(store, { ...aKey, expiresAtMs: nowMs }, nowMs)).rejects.toThrow('end')
    expect(store.all.size).toBe(0)
  })
})

describe('the verifier', () => {
  it('knows the right text and no other', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    const verify = verifier()
    expect(await verify(text)).toEqual(key)
    const last = text.at(-1) === 'A' ? 'B' : 'A'
    const other = await createKey(memoryKeys(), aKey, nowMs)
    for (const wrong of [`${text.slice(0, -2)}${last}x`, `${text}x`, '', 'x', other.text]) {
      expect(await verify(wrong), wrong).toBeUndefined()
    }
  })

  it('asks once for all who come at once, and does the slow part again for another proof alone', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    const find = vi.spyOn(store, 'find')
    const verify = verifier()
    const together = () => Promise.all([verify(text), verify(text), verify(text)])
    vi.mocked(isProvenBy).mockClear()
    expect(await together()).toEqual([key, key, key])
    nowMs += 1_001
    expect(await together()).toEqual([key, key, key])
    expect(find).toHaveBeenCalledTimes(2)
    expect(isProvenBy).toHaveBeenCalledTimes(1)
    const other = await createKey(store, aKey, nowMs)
    find.mockResolvedValue({ ...key, proof: other.key.proof })
    nowMs += 1_001
    expect(await verify(text)).toBeUndefined()
    expect(isProvenBy).toHaveBeenCalledTimes(2)
  })

  it('asks the store once for a moment, then again', async () => {
    const { text } = await createKey(store, aKey, nowMs)
    const find = vi.spyOn(store, 'find')
    const verify = verifier()
    await verify(text)
    await verify(text)
    expect(find).toHaveBeenCalledTimes(1)
    nowMs += 1_001
    await verify(text)
    expect(find).toHaveBeenCalledTimes(2)
  })

  it('stops at the instant a key expires, even one that it trusts', async () => {
    const { text } = await createKey(store, { ...aKey, expiresAtMs: nowMs + 5000 }, nowMs)
    const verify = verifier()
    expect(await verify(text)).toBeDefined()
    nowMs += 5000
    expect(await verify(text)).toBeUndefined()
  })

  it('notices at once that this process revoked a key, and within a second that another did', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    const elsewhere: typeof store = { ...store, whenEnded: () => undefined }
    const here = keyVerifier(store, { nowMs: () => nowMs })
    const there = keyVerifier(elsewhere, { nowMs: () => nowMs })
    for (const { verify } of [here, there]) expect(await verify(text)).toBeDefined()
    const recalls = [here.recall(text), there.recall(text)]
    await store.revoke('acme', key.prefix, nowMs)
    expect(recalls.map((recall) => recall()?.prefix)).toEqual([undefined, key.prefix])
    expect(await here.verify(text)).toBeUndefined()
    nowMs += 1_000
    expect(recalls[1]!()).toBeUndefined()
    expect(await there.verify(text)).toBeUndefined()
  })

  it('does not remember what it read of a key while that was revoked', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    const { recall, verify } = keyVerifier(store, { nowMs: () => nowMs })
    vi.spyOn(store, 'find').mockImplementationOnce(async () => {
      await store.revoke('acme', key.prefix, nowMs)
      return key
    })
    await verify(text)
    expect(recall(text)()).toBeUndefined()
    expect(await verify(text)).toBeUndefined()
  })

  it('asks again where the clock was set back, whatever it remembers', async () => {
    const { text } = await createKey(store, aKey, nowMs)
    const { recall, verify } = keyVerifier(store, { nowMs: () => nowMs })
    await verify(text)
    expect(recall(text)()).toBeDefined()
    nowMs -= 3_600_000
    expect(recall(text)()).toBeUndefined()
    expect(await verify(text)).toBeDefined()
  })

  it('goes on with keys it knows while the store hangs', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    const verify = verifier()
    await verify(text)
    nowMs += 5_000
    const find = vi.spyOn(store, 'find').mockReturnValue(new Promise(() => undefined))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const together = [verify(text), verify(text)]
    expect(find).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1_000) // as long as a caller has patience
    expect(await Promise.all(together)).toEqual([key, key])
    expect(await verify(text)).toEqual(key) // which waits for nothing
  })

  it('goes on with keys it knows while the store is away, for ten minutes', async () => {
    const { text } = await createKey(store, aKey, nowMs)
    const stranger = await createKey(store, aKey, nowMs)
    const verify = verifier()
    await verify(text)
    vi.spyOn(store, 'find').mockRejectedValue(
      new UpstreamUnavailable('away', { upstream: 'database' }),
    )
    nowMs += 300_000
    expect(await verify(text)).toBeDefined()
    await expect(verify(stranger.text)).rejects.toThrow('away')
    nowMs += 300_000
    await expect(verify(text)).rejects.toThrow('away')
  })
})

describe('rotation', () => {
  it('makes a second key that may do the same, and lets the first live on for a while', async () => {
    const { text, key } = await createKey(store, aKey, nowMs)
    const verify = verifier()
    const { prefix } = key
    const made = await rotateKey(store, { tenant: 'acme', prefix, overlapMs: 60_000 }, nowMs)
    expect(made.key).toMatchObject({ tenant: 'acme', label: 'ci', scopes: ['read', 'plan'] })
    expect(await verify(text)).toBeDefined()
    expect(await verify(made.text)).toBeDefined()
    nowMs += 60_000
    expect(await verify(text)).toBeUndefined()
    expect(await verify(made.text)).toBeDefined()
    await expect(rotateKey(store, { tenant: 'acme', prefix, overlapMs: 0 }, nowMs)).rejects.toThrow(
      'has ended',
    )
  })

  it('is for keys of the own tenant', async () => {
    const { key } = await createKey(store, aKey, nowMs)
    const other = { tenant: 'other', prefix: key.prefix, overlapMs: 0 }
    await expect(rotateKey(store, other, nowMs)).rejects.toThrow('there is no key')
  })
})

it('gives each new tenant one first key, of two processes that start at once', async () => {
  const both = [bootstrapKey(store, 'acme', nowMs), bootstrapKey(store, 'acme', nowMs)]
  expect((await Promise.all(both)).filter((text) => text !== undefined)).toHaveLength(1)
  expect(await bootstrapKey(store, 'globex', nowMs)).toBeDefined()
})

it('gives a new installation one key that may do everything, once', async () => {
  const text = await bootstrapKey(store, 'default', nowMs)
  expect(await verifier()(text!)).toMatchObject({ tenant: 'default', scopes: ['admin'] })
  expect(await bootstrapKey(store, 'default', nowMs)).toBeUndefined()
})
