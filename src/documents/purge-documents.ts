// Forgets the bytes of old wire documents, a batch at a time so that no lock lasts.
import type { Db } from '../database/database.ts'
import { blankDocuments } from './document-store.ts'

const BATCH = 500

/** Blanks documents from before `until`. Returns how many. Stops between batches when `stopped()` says so. */
export async function purgeDocuments(db: Db, until: Date, stopped: () => boolean = () => false): Promise<number> {
  let purged = 0
  for (;;) {
    const count = await blankDocuments(db, until, BATCH)
    purged += count
    if (count < BATCH || stopped()) return purged
  }
}
