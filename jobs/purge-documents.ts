// The bytes of wire documents are kept for disputes and replays, not for ever.
import { purgeDocuments } from '../src/documents/purge-documents.ts'
import { brief, type Job } from './job.ts'

/** A little over a year: last year's orders can still be looked into. */
const KEPT_MS = 400 * 86_400_000

export const purgeDocumentsJob: Job<'purge-documents'> = {
  name: 'purge-documents',
  ...brief,
  async run(hub, _payload, { signal, progress }) {
    const until = new Date(hub.now().getTime() - KEPT_MS)
    const purged = await purgeDocuments(hub.db, until, () => signal.aborted)
    await progress({ purged })
    signal.throwIfAborted()
  },
}
