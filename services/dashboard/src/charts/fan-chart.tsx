import { useMemo } from 'preact/hooks'
import type { ZoneCourse } from '../api/resources.ts'
import { fanOf } from '../figures/fan.ts'
import { strings } from '../strings.ts'
import type { ChartActions } from './chart-options.ts'
import { FAN_LINES, fanValues } from './fan-lines.ts'
import { TimeChart } from './time-chart.tsx'

interface FanChartProps extends ChartActions {
  readonly course: ZoneCourse
  readonly group: string
}

/** The forecast of one zone with its 10 and 90 % quantiles. */
export function FanChart({ course, group, range, onPick }: FanChartProps) {
  const shape = useMemo(() => ({ ...FAN_LINES, group }), [group])
  const { timesMs, values } = useMemo(() => {
    const fan = fanOf(course.history.slots, course.forecast.windows)
    return { timesMs: fan.timesMs, values: fanValues(fan) }
  }, [course.history, course.forecast])
  return (
    <TimeChart
      label={strings.horizon.intensity(course.zone)}
      heightPx={210}
      shape={shape}
      timesMs={timesMs}
      values={values}
      range={range}
      onPick={onPick}
    />
  )
}
