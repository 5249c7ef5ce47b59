import { useState } from 'preact/hooks'
import { answered, api, type Schemas } from '../../api/client.ts'
import { Failure } from '../../api/failure.ts'
import { hoursOf, type Schedule } from '../../figures/schedule.ts'
import { asItIs, simulationOf, type WhatIf } from '../../figures/what-if.ts'
import { Failed } from '../../parts/failed.tsx'
import { Comparison } from './comparison.tsx'
import { Levers } from './levers.tsx'

interface SimulatorProps {
  readonly schedule: Schedule
  readonly policy: Schemas['Policy']
  readonly models: Schemas['ModelList']['items']
  readonly regions: Schemas['RegionList']['items']
}

type Asked =
  | { readonly state: 'nothing' }
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly outcome: Schemas['Simulation']['outcome'] }
  | { readonly state: 'failed'; readonly failure: Failure }

/** The longest horizon that may be simulated. */
const LONGEST_H = 48

/** Levers on one side, on the other what they would do beside the plan of today. */
export function Simulator({ schedule, policy, models, regions }: SimulatorProps) {
  const [whatIf, setWhatIf] = useState<WhatIf>(() => asItIs(policy))
  const [asked, setAsked] = useState<Asked>({ state: 'nothing' })

  const ask = async () => {
    setAsked({ state: 'asking' })
    const hours = Math.min(LONGEST_H, Math.max(1, Math.round(hoursOf(schedule))))
    const body = simulationOf(whatIf, policy, models, hours)
    try {
      const { outcome } = await answered(api.POST('/v1/plans:simulate', { body }))
      setAsked({ state: 'answered', outcome })
    } catch (error) {
      setAsked({
        state: 'failed',
        failure: error instanceof Failure ? error : new Failure('wrong', String(error)),
      })
    }
  }
  const reset = () => {
    setWhatIf(asItIs(policy))
    setAsked({ state: 'nothing' })
  }

  return (
    <div class="simulator">
      <Levers
        whatIf={whatIf}
        regions={regions.map(({ id }) => id)}
        busy={asked.state === 'asking'}
        onChange={setWhatIf}
        onAsk={() => void ask()}
        onReset={reset}
      />
      {asked.state === 'failed' ? (
        <Failed failure={asked.failure} />
      ) : (
        <Comparison
          today={schedule}
          outcome={asked.state === 'answered' ? asked.outcome : undefined}
          busy={asked.state === 'asking'}
        />
      )}
    </div>
  )
}
