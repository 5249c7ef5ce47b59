import { Type } from 'typebox'
import { strict } from './parts.ts'

const days = (otherwise: number, description: string, minimum = 1) =>
  Type.Number({ minimum, maximum: 36_500, default: otherwise, description })

/** The ledger is kept for ever. */
export const Retention = strict(
  {
    plansDays: days(365, 'Plans; the one in force is always kept.'),
    forecastsDays: days(365, 'Forecasts as they were issued: what blends are trained on.'),
    eventsDays: days(30, 'Events and their deliveries, and how models were moved.'),
    solvesDays: days(2, 'Problems and their blocks.'),
    jobsDays: days(90, 'Deferrable jobs that have ended.'),
    callsDays: days(1, 'Answers to calls with an `Idempotency-Key`.'),
    trafficDays: days(8, 'Pushed traffic. Eight days have what came a week ago in them.'),
    historyDays: days(730, 'Who called what, and what each lever added.'),
    actionsDays: days(731, 'What was done to targets, or refused; two years at the least.', 731),
  },
  { default: {}, description: 'How long things are kept. The ledger: for ever.' },
)
