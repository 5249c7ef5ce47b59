import { InvalidInput } from '../domain/errors.ts'
import { parseCsv } from './tidy-csv.ts'

/** Tokens of one request. */
export interface RequestLengths {
  readonly promptTokens: number
  readonly outputTokens: number
}

/**
 * A length distribution: one row a request, columns `input_tokens` and `output_tokens`.
 *
 * @throws InvalidInput naming the row
 */
export function readLengths(text: string): readonly RequestLengths[] {
  const lengths = parseCsv(text).map((row, i) => {
    const [promptTokens, outputTokens] = [Number(row.input_tokens), Number(row.output_tokens)]
    if (promptTokens > 0 && outputTokens > 0) return { promptTokens, outputTokens }
    throw new InvalidInput(`row ${i + 2}: input_tokens and output_tokens must be positive numbers`)
  })
  if (lengths.length === 0) throw new InvalidInput('the length distribution has no rows')
  return lengths
}
