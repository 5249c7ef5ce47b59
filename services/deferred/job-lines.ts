import { StringDecoder } from 'node:string_decoder'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'
import { wrongFields } from '../domain/wrong-fields.ts'
import { type JobRequest, JobRequestSchema } from './request.ts'

const LONGEST_LINE = 64 * 1024
const LONGEST_ID = 63
const shape = Compile(JobRequestSchema)
const named = Compile(Type.Object({ id: Type.String({ maxLength: LONGEST_ID }) }))

/** A line that is no job. */
export interface WrongLine {
  readonly wrong: InvalidInput
  /** What it calls itself, where that can be read. */
  readonly id?: string
}

/**
 * Reads jobs, one a line, as they come in. A line that is none is passed on as what is wrong with
 * it, so that the others are not held up; its number, empty lines counted, begins the words.
 *
 * @throws InvalidInput at a line that never ends
 */
export async function* jobLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<JobRequest | WrongLine> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let number = 0
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      number += 1
      if (line.trim()) yield jobOf(line, number)
    }
    if (rest.length > LONGEST_LINE)
      throw new InvalidInput(`line ${number + 1} is longer than ${LONGEST_LINE} characters`)
  }
  rest += decoder.end()
  if (rest.trim()) yield jobOf(rest, number + 1)
}

function jobOf(line: string, number: number): JobRequest | WrongLine {
  const value = parsed(line)
  if (value === undefined) {
    const issues = [{ path: '/', message: 'is no JSON' }]
    return { wrong: new InvalidInput(`line ${number} is no JSON`, issues) }
  }
  if (shape.Check(value)) return value as JobRequest
  const { message, issues } = wrongFields(shape.Errors(value))
  const wrong = new InvalidInput(`line ${number}: ${message}`, issues)
  return { wrong, ...(named.Check(value) && { id: value.id }) }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
