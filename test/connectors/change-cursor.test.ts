// The cursor of "what changed since": what is written is read, the overlap, and when it is no longer needed.
import { describe, expect, it } from 'vitest'
import { positionAfter, readCursor, withOverlap, writeCursor } from '../../connectors/change-cursor.ts'

const position = { changedAt: '2026-01-31T10:00:00.123456Z', id: '4711' }
const later = (seconds: number) => new Date(Date.parse(position.changedAt) + seconds * 1000)

describe('a change cursor', () => {
  it('is read as it was written, as fine as the ERP keeps time', () => {
    expect(readCursor(writeCursor(position))).toEqual(position)
    expect(readCursor(writeCursor({ ...position, settled: true }))).toEqual({ ...position, settled: true })
  })

  it.for([null, '', '42', '[]', '["a"]', '["no time","1"]', '{"changedAt":"2026-01-31"}', 'null', '[1,2]'])(
    'is nothing when it is %s: everything is read again',
    (cursor) => {
      expect(readCursor(cursor)).toBeUndefined()
    },
  )

  it('steps back by the overlap, to the first id of that time', () => {
    expect(withOverlap(position, 60)).toEqual({ changedAt: '2026-01-31T09:59:00.123Z', id: '' })
    expect(withOverlap(undefined, 60)).toBeUndefined()
  })

  it('takes a day for the beginning of the day', () => {
    expect(withOverlap({ changedAt: '2026-01-31', id: '7' }, 86_400)).toEqual({
      changedAt: '2026-01-30T00:00:00.000Z',
      id: '',
    })
  })

  it('steps back while a late transaction may still appear, clocks a quarter of an hour apart', () => {
    for (const seconds of [-900, 0, 60, 959]) {
      const after = positionAfter(position, 60, later(seconds))
      expect(withOverlap(readCursor(writeCursor(after)), 60)?.id, `${seconds} seconds later`).toBe('')
    }
  })

  it('goes on exactly where it was once nothing older can appear', () => {
    const after = positionAfter(position, 60, later(961))
    expect(withOverlap(readCursor(writeCursor(after)), 60)).toEqual({ ...position, settled: true })
  })

  it('ends, when every run is cut off after its first page', () => {
    const records = Array.from({ length: 50 }, (_, n) => ({
      changedAt: new Date(Date.UTC(2026, 0, 31, 10, 0, n)).toISOString(),
      id: `${n}`.padStart(3, '0'),
    }))
    const isAfter = (a: { changedAt: string; id: string }, b: { changedAt: string; id: string }) =>
      a.changedAt > b.changedAt || (a.changedAt === b.changedAt && a.id > b.id)
    const seen = new Set<string>()
    let cursor: string | null = null
    for (let run = 0; run < 30; run++) {
      const start = withOverlap(readCursor(cursor), 60)
      const page = records.filter((record) => !start || isAfter(record, start)).slice(0, 2)
      for (const record of page) seen.add(record.id)
      const last = page.at(-1)
      if (last) cursor = writeCursor(positionAfter(last, 60, later(86_400)))
    }
    expect(seen.size).toBe(50)
  })
})
