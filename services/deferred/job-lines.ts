import { StringDecoder } from 'node:string_decoder'
import { Compile } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'
import { wrongFields } from '../domain/wrong-fields.ts'
import { type JobRequest, JobRequestSchema } from './request.ts'

const LONGEST_LINE = 64 * 1024
const shape = Compile(JobRequestSchema)

/**
 * Reads jobs, one a line, as they come in. A line that is none is passed on as what is wrong with
 * it, so that the others are not held up.
 *
 * @throws InvalidInput at a line that never ends
 */
export async function* jobLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<JobRequest | InvalidInput> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line.trim()) yield jobOf(line)
    if (rest.length > LONGEST_LINE)
      throw new InvalidInput(`a line is longer than ${LONGEST_LINE} characters`)
  }
  rest += decoder.end()
  if (rest.trim()) yield jobOf(rest)
}

function jobOf(line: string): JobRequest | InvalidInput {
  const value = parsed(line)
  if (value === undefined)
    return new InvalidInput('this line is no JSON', [{ path: '/', message: 'is no JSON' }])
  if (shape.Check(value)) return value as JobRequest
  return wrongFields(shape.Errors(value))
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
