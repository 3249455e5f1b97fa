// Periods of budgets (design "Budget", edge case 5): whole days of the account's calendar, half-open.
import { expect, it } from 'vitest'
import { dayIn, periodOf } from '../../src/budgets/period-of.ts'

const of = (period: 'week' | 'month' | 'quarter' | 'year' | 'once', day: string, fiscalStart?: string) => {
  const { startsOn, endsOn } = periodOf({ period, startsOn: '2026-02-10', endsOn: null }, day, fiscalStart)
  return `${startsOn} ${endsOn}`
}

it('edge case 5: in a DST night the day is the account’s own', () => {
  // Amsterdam, 29 March 2026: 02:00 becomes 03:00; 25 October: 03:00 becomes 02:00.
  expect(dayIn('Europe/Amsterdam', new Date('2026-03-28T22:59:59Z'))).toBe('2026-03-28')
  expect(dayIn('Europe/Amsterdam', new Date('2026-03-28T23:00:00Z'))).toBe('2026-03-29')
  expect(dayIn('Europe/Amsterdam', new Date('2026-03-29T22:00:00Z'))).toBe('2026-03-30')
  expect(dayIn('Europe/Amsterdam', new Date('2026-10-24T22:00:00Z'))).toBe('2026-10-25')
  expect(dayIn('Europe/Amsterdam', new Date('2026-10-25T22:59:59Z'))).toBe('2026-10-25')
  expect(dayIn('America/Santiago', new Date('2026-09-06T04:00:00Z'))).toBe('2026-09-06')
})

it('edge case 5: weeks are those of ISO 8601, also the 53rd', () => {
  expect(of('week', '2026-12-31')).toBe('2026-12-28 2027-01-04')
  expect(of('week', '2027-01-03')).toBe('2026-12-28 2027-01-04')
  expect(of('week', '2027-01-04')).toBe('2027-01-04 2027-01-11')
})

it('months, quarters and years of the calendar', () => {
  expect(of('month', '2026-12-31')).toBe('2026-12-01 2027-01-01')
  expect(of('quarter', '2026-06-30')).toBe('2026-04-01 2026-07-01')
  expect(of('year', '2026-06-30')).toBe('2026-01-01 2027-01-01')
  expect(of('year', '2026-03-31', '04-01')).toBe('2025-04-01 2026-04-01')
  expect(of('quarter', '2026-01-15', '02-01')).toBe('2025-11-01 2026-02-01')
  expect(of('once', '2026-06-30')).toBe('2026-02-10 null')
})

it('edge case 5: a fiscal start on the 29th to 31st falls on the last day of a shorter month', () => {
  expect(of('month', '2026-02-27', '01-31')).toBe('2026-01-31 2026-02-28')
  expect(of('month', '2026-02-28', '01-31')).toBe('2026-02-28 2026-03-31')
  expect(of('month', '2026-04-30', '01-31')).toBe('2026-04-30 2026-05-31')
  expect(of('year', '2027-02-28', '02-29')).toBe('2027-02-28 2028-02-29')
  expect(of('year', '2028-02-28', '02-29')).toBe('2027-02-28 2028-02-29')
  expect(of('quarter', '2026-11-29', '08-30')).toBe('2026-08-30 2026-11-30')
})

it('every day is in one period: half-open, without a gap', () => {
  for (const period of ['week', 'month', 'quarter', 'year'] as const)
    for (const start of ['01-01', '01-31', '02-29', '08-30', '12-31']) {
      let last = periodOf({ period, startsOn: '', endsOn: null }, '2023-12-01', start)
      for (let time = Date.UTC(2023, 11, 2); time < Date.UTC(2029, 0, 5); time += 86_400_000) {
        const day = new Date(time).toISOString().slice(0, 10)
        const now = periodOf({ period, startsOn: '', endsOn: null }, day, start)
        expect(now.startsOn <= day && day < (now.endsOn ?? '')).toBe(true)
        expect(now.startsOn === last.startsOn || now.startsOn === last.endsOn).toBe(true)
        last = now
      }
    }
})
