import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { InvalidInput } from '../domain/errors.ts'
import { HttpError } from './http-error.ts'

export type FormFields = Readonly<Record<string, string>>

const MOST_FIELDS = 16
const LONGEST_FIELD_BYTES = 1024

/**
 * Reads a form with one file in it, `file`, as it comes. Fields may come before and after the file.
 *
 * @param keep is handed the file's name, its bytes and, once they are all there, the fields
 * @throws InvalidInput where it is no such form or breaks off; HttpError where the file is too large
 */
export async function receiveFile<Kept>(
  payload: Readable,
  headers: IncomingHttpHeaders,
  mostBytes: number,
  keep: (
    name: string,
    content: AsyncIterable<Uint8Array>,
    fields: Promise<FormFields>,
  ) => Promise<Kept>,
): Promise<Kept> {
  const form = formOf(headers)
  const fields: Record<string, string> = Object.create(null)
  let kept: Promise<Kept> | undefined
  let file: Readable | undefined
  const whole = new Promise<FormFields>((resolve, reject) => {
    form.on('field', (name, value) => {
      fields[name] = value
    })
    form.on('file', (field, stream, name) => {
      if (field !== 'file' || kept !== undefined) return void stream.resume()
      // Whoever reads it hears of its end; where nobody does, an unheard error would end the process.
      stream.on('error', () => undefined)
      file = stream
      kept = keep(name || 'upload.jsonl', bounded(stream, mostBytes), whole)
      kept.catch((error: unknown) => {
        // What is still to come is read and dropped, so that the sender gets to read our answer.
        payload.unpipe(form)
        payload.resume()
        reject(error)
      })
    })
    form.on('finish', () => resolve(fields))
    form.on('error', () => reject(notAForm))
    payload.on('error', () => reject(notAForm))
    payload.on('close', () => {
      if (!payload.readableEnded) reject(notAForm)
    })
  })
  whole.catch((error: Error) => file?.destroy(error))
  payload.pipe(form)
  await whole
  if (!kept) throw wrong('file', 'is missing')
  return kept
}

const wrong = (field: string, message: string) =>
  new InvalidInput(`${field} ${message}`, [{ path: `/body/${field}`, message }])
const notAForm = new InvalidInput('this is no whole multipart/form-data')

function formOf(headers: IncomingHttpHeaders): BusboyInstance {
  const limits = { files: 1, fields: MOST_FIELDS, fieldSize: LONGEST_FIELD_BYTES, headerPairs: 20 }
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits })
  } catch {
    throw notAForm
  }
}

async function* bounded(stream: Readable, mostBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) {
      throw new HttpError('PAYLOAD_TOO_LARGE', `a file has at most ${mostBytes} bytes`)
    }
    yield chunk
  }
}
