// The cursor of ERPs that can be asked "what changed since": time and id of the last record, so that paging is stable while
// records change, read with an overlap, so that a transaction that committed late is not missed.

export interface ChangePosition {
  /** ISO 8601 with offset, as fine as the ERP keeps it. */
  changedAt: string
  id: string
  /** Nothing older can appear any more: a run goes on exactly here, without the overlap. */
  settled?: boolean
}

/** How wrong our clock and the ERP's may be against each other. */
const CLOCK_SECONDS = 900

/** The text the hub stores. */
export function writeCursor({ changedAt, id, settled }: ChangePosition): string {
  return JSON.stringify(settled ? [changedAt, id, 'settled'] : [changedAt, id])
}

/** Reads what writeCursor wrote. Undefined for null and for text that is no such cursor: then everything is read again. */
export function readCursor(cursor: string | null): ChangePosition | undefined {
  if (cursor === null) return undefined
  try {
    const read: unknown = JSON.parse(cursor)
    if (!Array.isArray(read)) return undefined
    const [changedAt, id, settled] = read
    if (typeof changedAt === 'string' && !Number.isNaN(Date.parse(changedAt)) && typeof id === 'string')
      return settled === 'settled' ? { changedAt, id, settled: true } : { changedAt, id }
  } catch {
    // Not ours: a connection whose connector was changed.
  }
  return undefined
}

/**
 * The position after a page, for its `next`. Older than the overlap it is settled: a run that was cut off goes on there instead of
 * stepping back each time, and a stream in which nothing happens is not read again and again.
 */
export function positionAfter(position: ChangePosition, seconds: number, now: Date): ChangePosition {
  const age = now.getTime() - Date.parse(position.changedAt)
  return { ...position, settled: age > (seconds + CLOCK_SECONDS) * 1000 }
}

/** Where a new run begins: `seconds` before the cursor, from the first id on; at the cursor itself where that is settled. */
export function withOverlap(position: ChangePosition | undefined, seconds: number): ChangePosition | undefined {
  if (!position || position.settled) return position
  const time = Date.parse(position.changedAt) - seconds * 1000
  return { changedAt: new Date(time).toISOString(), id: '' }
}
