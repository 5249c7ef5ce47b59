import { useMemo } from 'preact/hooks'
import type { ZoneCourse } from '../api/resources.ts'
import { fanOf } from '../figures/fan.ts'
import { strings } from '../strings.ts'
import { FAN_LINES, fanValues } from './fan-lines.ts'
import { TimeChart } from './time-chart.tsx'
import type { SharedRange } from './time-range.ts'

interface FanSparkProps {
  readonly course: ZoneCourse
  readonly range: SharedRange
  readonly heightPx?: number
}

const SHAPE = { ...FAN_LINES, bare: true, group: 'sparks' }

/** The course of one zone in a small place. */
export function FanSpark({ course, range, heightPx = 56 }: FanSparkProps) {
  const fan = useMemo(
    () => fanOf(course.history.slots, course.forecast.windows),
    [course.history, course.forecast],
  )
  return (
    <TimeChart
      label={strings.now.courseOf(course.zone)}
      heightPx={heightPx}
      shape={SHAPE}
      timesMs={fan.timesMs}
      values={fanValues(fan)}
      range={range}
    />
  )
}
