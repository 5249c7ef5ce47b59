import { useMemo } from 'preact/hooks'
import type { ZoneCourse } from '../api/resources.ts'
import { strings } from '../strings.ts'
import { drawFan } from './draw-fan.ts'
import { TimeChart } from './time-chart.tsx'
import type { SharedRange } from './time-range.ts'

interface FanSparkProps {
  readonly course: ZoneCourse
  readonly range: SharedRange
  readonly heightPx?: number
}

const PLACE = { bare: true, group: 'sparks' }

/** The course of one zone in a small place. */
export function FanSpark({ course, range, heightPx = 56 }: FanSparkProps) {
  const drawn = useMemo(() => drawFan(course, PLACE), [course.history, course.forecast])
  return (
    <TimeChart
      label={strings.now.courseOf(course.zone)}
      heightPx={heightPx}
      drawn={drawn}
      range={range}
    />
  )
}
