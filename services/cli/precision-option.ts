import { Option } from 'commander'
import { PRECISIONS } from '../domain/variant.ts'

/** `--precision`, bf16 unless said; any other word is refused with the words there are. */
export const precisionOption = (description: string): Option =>
  new Option('--precision <name>', description).choices(PRECISIONS).default(PRECISIONS[0])
