// cXML Reference Guide, timestamps: ISO 8601 with numeric offset; facts/cxml.md: the spellings partners use.
import { describe, expect, test } from 'vitest'
import { formatTimestamp, parseTimestamp } from '../../../protocols/cxml/timestamp.ts'

describe('parseTimestamp', () => {
  test.each([
    ['2026-01-05T10:00:00-05:00', '2026-01-05T10:00:00-05:00', 'iso'],
    ['2026-01-05T10:00:00.123+05:30', '2026-01-05T10:00:00.123+05:30', 'iso'],
    ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00+00:00', 'utc-z'],
    ['2026-01-05T10:00:00', '2026-01-05T10:00:00+00:00', 'no-offset'],
    ['2026-01-05', '2026-01-05T00:00:00+00:00', 'no-offset'],
    ['2026-01-05 10:00', '2026-01-05T10:00:00+00:00', 'no-offset'],
    ['2026-01-05T10:00:00-0500', '2026-01-05T10:00:00-05:00', 'other'],
    ['2026-01-05T10:00:00+6:00', '2026-01-05T10:00:00+06:00', 'other'],
    ['2026-01-05T10:00:00+01', '2026-01-05T10:00:00+01:00', 'other'],
    ['2026-01-05T10:00:00-CST', '2026-01-05T10:00:00-06:00', 'other'],
    ['2026-01-05T10:00:00 CEST', '2026-01-05T10:00:00+02:00', 'other'],
    ['20260105T100000-0500', '2026-01-05T10:00:00-05:00', 'other'],
    ['Mon May 19 18:29:48 +0000 2008', '2008-05-19T18:29:48+00:00', 'other'],
    ['Mon, 19 May 2008 18:29:48 GMT', '2008-05-19T18:29:48+00:00', 'other'],
  ])('%s', (text, instant, spelling) => {
    expect(parseTimestamp(text)).toEqual({ instant, spelling })
    expect(Number.isNaN(Date.parse(instant))).toBe(false)
  })

  test.each([
    '',
    'yesterday',
    '2026-02-30T10:00:00+00:00',
    '2026-13-01',
    '2026-01-05T25:00:00Z',
    '2026-01-05T10:00:00+99:00',
    '2026-01-05T10:00:00-XYZ',
    '1'.repeat(5000),
  ])('%s is no time', (text) => {
    expect(parseTimestamp(text)).toBeNull()
  })
})

describe('formatTimestamp', () => {
  test.each([
    ['2026-01-05T10:00:00Z', 'Europe/Amsterdam', '2026-01-05T11:00:00+01:00'],
    ['2026-07-05T10:00:00Z', 'Europe/Amsterdam', '2026-07-05T12:00:00+02:00'],
    ['2026-01-05T01:00:00Z', 'America/New_York', '2026-01-04T20:00:00-05:00'],
    ['2026-01-05T10:00:00Z', 'Asia/Kolkata', '2026-01-05T15:30:00+05:30'],
    ['2026-01-05T10:00:00Z', 'UTC', '2026-01-05T10:00:00+00:00'],
    ['2026-01-05T10:00:00.999Z', '-03:30', '2026-01-05T06:30:00-03:30'],
  ])('%s in %s is %s: local time with numeric offset', (date, zone, text) => {
    expect(formatTimestamp(new Date(date), zone)).toBe(text)
    expect(parseTimestamp(text)?.spelling).toBe('iso')
  })

  test('an unknown zone is a RangeError', () => {
    expect(() => formatTimestamp(new Date(0), 'Mars/Olympus')).toThrow(RangeError)
  })
})
