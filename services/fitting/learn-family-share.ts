import type { Evidence } from './evidence.ts'
import { groupScales, type Hyper, weightScales } from './hyper.ts'
import { absorb, addInformation, informationOf, nothingKnown } from './information.ts'

const SHARES = Array.from({ length: 20 }, (_, i) => i / 20)

/**
 * How much of what sets a group apart its whole family shares: the share of the groups' own
 * variance at which the evidence of all groups is highest, the other hyper-parameters held.
 */
export function learnFamilyShare(groups: readonly Evidence[], hyper: Hyper): number {
  const families = new Map<string, ReturnType<typeof informationOf>[]>()
  for (const group of groups) {
    const known = informationOf(group, {
      curveSd: hyper.curveSd * hyper.curveGrowth ** group.irregularity,
      batchLength: hyper.batchLength,
      gpusLength: hyper.gpusLength,
      noiseSd: hyper.noiseSd * hyper.noiseGrowth ** group.irregularity,
    })
    families.set(group.family, [...(families.get(group.family) ?? []), known])
  }
  const scales = groupScales(hyper)
  const evidence = SHARES.map((share) => {
    let logEvidence = 0
    let all = nothingKnown()
    for (const members of families.values()) {
      let family = nothingKnown()
      for (const member of members) {
        const told = absorb(
          member,
          scales.map((sd) => sd * Math.sqrt(1 - share)),
        )
        logEvidence += told.logEvidence
        family = addInformation(family, told)
      }
      const told = absorb(
        family,
        scales.map((sd) => sd * Math.sqrt(share)),
      )
      logEvidence += told.logEvidence
      all = addInformation(all, told)
    }
    return logEvidence + absorb(all, weightScales(hyper)).logEvidence
  })
  return SHARES[evidence.indexOf(Math.max(...evidence))]!
}
