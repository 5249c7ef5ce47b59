import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { type FormFields, receiveFile } from '../../services/api/receive-file.ts'

const headers = { 'content-type': 'multipart/form-data; boundary=b' }
const field = (name: string, value: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (name: string, content: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"; filename="in.jsonl"\r\ncontent-type: application/jsonl\r\n\r\n${content}\r\n`
const END = '--b--\r\n'

/** A few bytes at a time, as a slow network would. */
function* inBits(text: string) {
  for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7))
}
const send = (text: string, mostBytes = 1000) =>
  receiveFile(Readable.from(inBits(text)), headers, mostBytes, keep)

async function keep(name: string, content: AsyncIterable<Uint8Array>, fields: Promise<FormFields>) {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return { name, content: Buffer.concat(chunks).toString(), fields: { ...(await fields) } }
}

it('reads a file and the fields before and after it', async () => {
  const text = field('purpose', 'batch') + file('file', 'line 1\nline 2') + field('more', 'x') + END
  expect(await send(text)).toEqual({
    name: 'in.jsonl',
    content: 'line 1\nline 2',
    fields: { purpose: 'batch', more: 'x' },
  })
})

it('refuses what is too large, and reads the rest so that its sender hears of it', async () => {
  const payload = Readable.from(inBits(file('file', 'x'.repeat(5000)) + END))
  const kept = receiveFile(payload, headers, 100, keep)
  await expect(kept).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  for await (const _dropped of payload);
  expect(payload.readableEnded).toBe(true)
})

it('refuses a form without a file, one that breaks off, and what is no form', async () => {
  await expect(send(field('purpose', 'batch') + END)).rejects.toMatchObject({
    issues: [{ path: '/body/file' }],
  })
  await expect(send(file('other', 'x') + END)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await expect(send(file('file', 'x').slice(0, -10))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  })
  const plain = { 'content-type': 'multipart/form-data' }
  await expect(receiveFile(Readable.from([]), plain, 9, keep)).rejects.toThrow(/no whole multipart/)
})

it('keeps nothing that its keeper refuses, and lets go of a sender that is gone', async () => {
  const refuse = () => Promise.reject(new Error('no room'))
  const payload = Readable.from(inBits(file('file', 'x') + END))
  await expect(receiveFile(payload, headers, 9, refuse)).rejects.toThrow(/no room/)
  const gone = new Readable({ read: () => undefined })
  const kept = receiveFile(gone, headers, 9, keep)
  gone.push(file('file', 'x'.repeat(5)).slice(0, -4))
  setTimeout(() => gone.destroy(), 50)
  await expect(kept).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
