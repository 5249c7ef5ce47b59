import type { ZoneCourse } from '../../api/resources.ts'
import { inCount } from '../../figures/quantity.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Folded } from '../../parts/folded.tsx'
import { RungBadge } from '../../parts/rung-badge.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

type ForecastWindow = ZoneCourse['forecast']['windows'][number]

const { columns, intensity, table } = strings.horizon
const COLUMNS: readonly Column<ForecastWindow>[] = [
  { title: columns.time, cell: ({ startMs }) => <Time atMs={startMs} shape="weekday" /> },
  { title: columns.low, number: true, cell: ({ lowGPerKwh }) => inCount(lowGPerKwh) },
  { title: columns.middle, number: true, cell: ({ carbonGPerKwh }) => inCount(carbonGPerKwh) },
  { title: columns.high, number: true, cell: ({ highGPerKwh }) => inCount(highGPerKwh) },
  { title: columns.quality, cell: ({ quality }) => <RungBadge quality={quality} /> },
]

/** The numbers behind the fan. */
export function CourseTable({ course }: { readonly course: ZoneCourse }) {
  return (
    <Folded title={table}>
      <DataTable
        caption={intensity(course.zone)}
        columns={COLUMNS}
        rows={course.forecast.windows}
      />
    </Folded>
  )
}
