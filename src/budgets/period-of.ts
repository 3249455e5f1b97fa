// Which period a moment falls in: whole days of the account's own calendar, from its first day up to, not including, the first day of the
// next. Days have no hours, so a night of 23 or 25 of them changes nothing. Pure.
import type { Budget } from './budget.ts'

/** The calendar day it is in `zone`, 2026-01-31. */
export function dayIn(zone: string, at: Date): string {
  const calendar = calendars.get(zone) ?? calendarOf(zone)
  calendars.set(zone, calendar)
  const parts = calendar.formatToParts(at)
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
}

/** Making one takes longer than all else that a budget is asked. */
const calendars = new Map<string, Intl.DateTimeFormat>()
const calendarOf = (zone: string) =>
  new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, calendar: 'iso8601', numberingSystem: 'latn' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  })

/**
 * The period `day` is in. Weeks begin on Monday (ISO 8601). Months, quarters and years begin on the day of the fiscal start ('MM-DD'; a
 * month that is shorter begins its period on its last day).
 */
export function periodOf(
  { period, startsOn, endsOn }: Pick<Budget, 'period' | 'startsOn' | 'endsOn'>,
  day: string,
  fiscalStart = '01-01',
): { startsOn: string; endsOn: string | null } {
  if (period === 'once') return { startsOn, endsOn }
  const at = new Date(`${day}T00:00:00Z`)
  if (period === 'week') {
    const monday = new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY)
    return { startsOn: text(monday), endsOn: text(new Date(monday.getTime() + 7 * DAY)) }
  }
  const months = { month: 1, quarter: 3, year: 12 }[period]
  const [month = 1, first = 1] = fiscalStart.split('-').map(Number)
  const number = at.getUTCFullYear() * 12 + at.getUTCMonth()
  const since = (((number - (month - 1)) % months) + months) % months
  const begun = number - since
  const start = clamped(begun, first)
  if (since === 0 && day < start) return { startsOn: clamped(begun - months, first), endsOn: start }
  return { startsOn: start, endsOn: clamped(begun + months, first) }
}

const DAY = 86_400_000
const text = (date: Date) => date.toISOString().slice(0, 10)

/** Day `day` of a month counted from year 0, or the last it has. */
function clamped(monthNumber: number, day: number): string {
  const year = Math.floor(monthNumber / 12)
  const month = monthNumber % 12
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return text(new Date(Date.UTC(year, month, Math.min(day, last))))
}
