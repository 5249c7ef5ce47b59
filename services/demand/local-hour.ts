const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** The wall clock at an instant. */
export interface LocalHour {
  /** 0 to 23. */
  readonly hour: number
  readonly weekend: boolean
}

/**
 * Reads the wall clocks of a time zone, changes to and from summer time included.
 *
 * @param timezone IANA name
 */
export function localHours(timezone: string): (atMs: number) => LocalHour {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  return (atMs) => {
    const parts = Object.fromEntries(
      clock.formatToParts(atMs).map(({ type, value }) => [type, value]),
    )
    return { hour: Number(parts.hour), weekend: WEEKDAYS.indexOf(parts.weekday!) >= 5 }
  }
}
