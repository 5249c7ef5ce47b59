import type { BatchIssue, RequestLine } from './port.ts'
import { type ReadRequest, type RequestExpectation, readRequest } from './read-request.ts'

/** As many as OpenAI takes. */
const MOST_REQUESTS = 50_000
/** A request with pictures in it is long, but no process should hold an endless one. */
const LONGEST_LINE_BYTES = 4 * 1024 * 1024
const MOST_ISSUES = 20
const NEWLINE = 0x0a

/** What is found in a file while it is read. Mutable: reading goes on. */
export interface Findings {
  readonly issues: BatchIssue[]
  /** Of the first request; every other one has to name the same. */
  model: string | undefined
  requests: number
}

/**
 * The requests of a file, one a line, as its bytes come; memory holds one line, and the ids seen.
 * Stops at the twentieth mistake. Lines that are wrong are in `findings` alone.
 *
 * @param findings filled while the lines are read
 */
export async function* readLines(
  content: AsyncIterable<Uint8Array>,
  expected: RequestExpectation,
  findings: Findings,
): AsyncGenerator<RequestLine> {
  const seen = new Set<string>()
  for await (const { text, number, atByte, bytes } of textLines(content)) {
    const read = text === undefined ? TOO_LONG : judged(text, expected, seen, findings)
    if (!('code' in read)) {
      yield { number, customId: read.customId, atByte, bytes, tokens: read.tokens }
      continue
    }
    findings.issues.push({ ...read, line: number })
    if (findings.issues.length >= MOST_ISSUES || read.code === TOO_MANY.code) return
  }
  if (findings.requests === 0 && findings.issues.length === 0) {
    findings.issues.push({ code: 'empty_file', message: 'The input file holds no request.' })
  }
}

const TOO_LONG: BatchIssue = {
  code: 'line_too_long',
  message: `A request is longer than ${LONGEST_LINE_BYTES} bytes.`,
}
const TOO_MANY: BatchIssue = {
  code: 'too_many_requests',
  message: `A batch has at most ${MOST_REQUESTS} requests.`,
}

/** A line as a request that goes with those before it, or what is wrong with it. */
function judged(
  text: string,
  expected: RequestExpectation,
  seen: Set<string>,
  findings: Findings,
): ReadRequest | BatchIssue {
  const read = readRequest(text, expected, findings.model)
  if ('code' in read) return read
  if (seen.has(read.customId)) {
    const message = `The custom_id ${JSON.stringify(read.customId)} was used before.`
    return { code: 'duplicate_custom_id', message, param: 'custom_id' }
  }
  if (seen.size === MOST_REQUESTS) return TOO_MANY
  seen.add(read.customId)
  findings.requests = seen.size
  findings.model ??= read.model
  return read
}

interface TextLine {
  /** From 1. */
  readonly number: number
  readonly atByte: number
  readonly bytes: number
  /** Undefined where it is too long to be looked at. */
  readonly text: string | undefined
}

/** Lines that are not blank, with where they are. */
async function* textLines(content: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const line = { number: 1, atByte: 0, bytes: 0, kept: [] as Uint8Array[] }
  const take = (piece: Uint8Array) => {
    line.bytes += piece.length
    if (line.bytes <= LONGEST_LINE_BYTES) line.kept.push(piece)
    else line.kept = []
  }
  const end = (): TextLine | undefined => {
    const { number, atByte, bytes, kept } = line
    const text = bytes <= LONGEST_LINE_BYTES ? Buffer.concat(kept).toString('utf8') : undefined
    Object.assign(line, { number: number + 1, atByte: atByte + bytes + 1, bytes: 0, kept: [] })
    return text?.trim() === '' ? undefined : { number, atByte, bytes, text }
  }
  for await (const chunk of content) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at))
      from = at + 1
      const found = end()
      if (found) yield found
    }
    if (from < chunk.length) take(chunk.subarray(from))
  }
  const last = end()
  if (last) yield last
}
