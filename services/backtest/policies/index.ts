import type { Policy } from '../policy.ts'
import { casper } from './casper.ts'
import { melange, sageServe } from './cost.ts'
import { dynamo } from './dynamo.ts'
import { energyOnly } from './energy-only.ts'
import { freesh } from './freesh.ts'
import { atHome, fixedRanking, gridtide } from './gridtide.ts'
import { hpaConcurrency, hpaTokens } from './hpa.ts'
import { kedaBands } from './keda-bands.ts'
import { peakProvisioned, staticRule } from './static.ts'
import { wva } from './wva.ts'

/** Every policy that somebody could run, in the order of the report. */
export const POLICIES: readonly Policy[] = [
  staticRule,
  peakProvisioned,
  hpaTokens,
  hpaConcurrency,
  wva,
  dynamo,
  energyOnly,
  melange,
  kedaBands,
  casper,
  freesh,
  sageServe,
  fixedRanking,
  atHome,
  gridtide,
]
