/** What a variant id such as `H100-tp2-pp1-fp8-b64` says. */
export interface VariantParts {
  readonly gpu: string
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly dataParallel: number
  readonly gpusPerReplica: number
  /** What is left: precision, batch limit, power cap. */
  readonly rest: readonly string[]
}

const SIZES = { tp: 'tensorParallel', pp: 'pipelineParallel', dp: 'dataParallel' } as const

/** A plan has many assignments of few variants: each is read once. */
const known = new Map<string, VariantParts>()

/** Reads a variant id; what it does not know stays in `rest`. */
export function variantParts(pointId: string): VariantParts {
  const parts = known.get(pointId) ?? readParts(pointId)
  known.set(pointId, parts)
  return parts
}

function readParts(pointId: string): VariantParts {
  const { head, tail } = splitAtDegrees(pointId.split('-'))
  const found = { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1 }
  const rest: string[] = []
  for (const part of tail) {
    const [, name, digits] = /^(tp|pp|dp)(\d+)$/.exec(part) ?? []
    if (name) found[SIZES[name as keyof typeof SIZES]] = Number(digits)
    else rest.push(part)
  }
  const gpusPerReplica = found.tensorParallel * found.pipelineParallel * found.dataParallel
  return { gpu: head.join('-'), ...found, gpusPerReplica, rest }
}

/** The name of a GPU may hold hyphens itself: it ends where the degrees begin. */
function splitAtDegrees(parts: readonly string[]) {
  const degrees = parts.findIndex((part) => /^tp\d+$/.test(part))
  const cut = degrees === -1 ? 1 : degrees
  return { head: parts.slice(0, cut), tail: parts.slice(cut) }
}

/** `2 x H100, TP2` or `8 x H100, TP4 PP2`: what one replica is made of. */
export function variantWords(pointId: string): string {
  const { gpu, tensorParallel, pipelineParallel, dataParallel, gpusPerReplica } =
    variantParts(pointId)
  const degrees = [
    `TP${tensorParallel}`,
    pipelineParallel > 1 ? `PP${pipelineParallel}` : '',
    dataParallel > 1 ? `DP${dataParallel}` : '',
  ]
  return `${gpusPerReplica} x ${gpu}, ${degrees.filter(Boolean).join(' ')}`
}
