import { type Static, Type } from 'typebox'
import { oneOf, strict } from './parts.ts'

export const Moves = strict(
  {
    mostPointsPerStep: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 20,
      description: 'Percentage points of traffic that change hands at once.',
    }),
    readyMinutes: Type.Number({
      minimum: 1,
      maximum: 1440,
      default: 30,
      description: 'How long new replicas may take; a move that takes longer goes back.',
    }),
    drainSeconds: Type.Number({
      minimum: 1,
      maximum: 86_400,
      default: 120,
      description: 'Longest generation: how long a replica without new traffic is left standing.',
    }),
    onDrift: oneOf(['correct', 'adopt', 'alarm'], {
      default: 'correct',
      description:
        'Where somebody changed a count: tell it again, keep theirs unless it is less, or only say so.',
    }),
  },
  { default: {}, description: 'How a plan is carried out.' },
)
export type Moves = Static<typeof Moves>
