import { AuditTrail } from './audit-trail.tsx'
import { Deliveries } from './deliveries.tsx'
import { Queue } from './queue.tsx'
import { SavingsByDay } from './savings-by-day.tsx'
import { SciReport } from './sci-report.tsx'

/** What was saved, who was told, who changed what, and who was turned away. */
export function AuditScreen() {
  return (
    <>
      <SavingsByDay />
      <div class="columns">
        <SciReport />
        <Queue />
      </div>
      <Deliveries />
      <AuditTrail />
    </>
  )
}
