import { AuditTrail } from './audit-trail.tsx'

/** Who changed what, and who was turned away. */
export function AuditScreen() {
  return <AuditTrail />
}
