import { inDigits } from '../../figures/quantity.ts'
import type { WhatIf } from '../../figures/what-if.ts'
import { Card } from '../../parts/card.tsx'
import { Slider } from '../../parts/slider.tsx'
import { strings } from '../../strings.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { RegionSwitches } from './region-switches.tsx'

interface LeversProps {
  readonly whatIf: WhatIf
  readonly regions: readonly string[]
  readonly busy: boolean
  readonly onChange: (whatIf: WhatIf) => void
  readonly onAsk: () => void
  readonly onReset: () => void
}

const { whatIf: words } = strings
const times = (factor: number) => words.times(inDigits(factor))

/** What can be moved. */
export function Levers({ whatIf, regions, busy, onChange, onAsk, onReset }: LeversProps) {
  const change = (part: Partial<WhatIf>) => onChange({ ...whatIf, ...part })
  return (
    <Card title={strings.nav['what-if']} className="levers">
      <ObjectiveChoice value={whatIf.objective} onChange={(objective) => change({ objective })} />
      <Slider
        label={words.demand}
        words={times(whatIf.demandScale)}
        value={whatIf.demandScale}
        min={0.25}
        max={3}
        step={0.25}
        onChange={(demandScale) => change({ demandScale })}
      />
      <Slider
        label={words.slo}
        words={times(whatIf.sloScale)}
        value={whatIf.sloScale}
        min={0.5}
        max={3}
        step={0.1}
        onChange={(sloScale) => change({ sloScale: Number(sloScale.toFixed(2)) })}
      />
      <Slider
        label={words.price}
        words={words.grams(inDigits(whatIf.carbonGPerUsd))}
        value={whatIf.carbonGPerUsd}
        min={0}
        max={Math.max(20_000, whatIf.carbonGPerUsd)}
        step={500}
        onChange={(carbonGPerUsd) => change({ carbonGPerUsd })}
      />
      <Slider
        label={words.pue}
        words={times(whatIf.pueOverheadScale)}
        value={whatIf.pueOverheadScale}
        min={0}
        max={3}
        step={0.1}
        onChange={(scale) => change({ pueOverheadScale: Number(scale.toFixed(2)) })}
      />
      <RegionSwitches
        regions={regions}
        excluded={whatIf.excludedRegions}
        onChange={(excludedRegions) => change({ excludedRegions })}
      />
      <div class="actions">
        <button type="button" class="button button-primary" disabled={busy} onClick={onAsk}>
          {busy ? words.asking : words.ask}
        </button>
        <button type="button" class="button" disabled={busy} onClick={onReset}>
          {words.reset}
        </button>
      </div>
    </Card>
  )
}
