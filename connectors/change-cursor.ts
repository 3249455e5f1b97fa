// The cursor of ERPs that can be asked "what changed since": time and id of the last record, so that paging is stable while
// records change, read with an overlap, so that a transaction that committed late is not missed.

export interface ChangePosition {
  /** ISO 8601 with offset, as fine as the ERP keeps it. */
  changedAt: string
  id: string
}

/** The text the hub stores. */
export function writeCursor(position: ChangePosition): string {
  return JSON.stringify([position.changedAt, position.id])
}

/** Reads what writeCursor wrote. Undefined for null and for text that is no such cursor: then everything is read again. */
export function readCursor(cursor: string | null): ChangePosition | undefined {
  if (cursor === null) return undefined
  try {
    const read: unknown = JSON.parse(cursor)
    if (Array.isArray(read) && typeof read[0] === 'string' && typeof read[1] === 'string')
      return { changedAt: read[0], id: read[1] }
  } catch {
    // Not ours: a connection whose connector was changed.
  }
  return undefined
}

/** Where a new run begins: `seconds` before the cursor, from the first id on. */
export function withOverlap(position: ChangePosition | undefined, seconds: number): ChangePosition | undefined {
  if (!position) return undefined
  const time = Date.parse(position.changedAt) - seconds * 1000
  return { changedAt: new Date(time).toISOString(), id: '' }
}
