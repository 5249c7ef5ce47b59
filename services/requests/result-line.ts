import type { SettledLine } from './port.ts'

/** One line of an output or error file, as OpenAI writes it. */
export const resultLine = (batch: string, { number, customId, result }: SettledLine): string =>
  `${JSON.stringify({ id: `batch_req_${batch.slice('batch_'.length)}_${number}`, custom_id: customId, ...result })}\n`
