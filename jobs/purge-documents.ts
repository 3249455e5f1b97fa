// The bytes of wire documents are kept for disputes and replays, not for ever.
import { purgeDocuments } from '../src/documents/purge-documents.ts'
import { brief, type Job } from './job.ts'

export const purgeDocumentsJob: Job<'purge-documents'> = {
  name: 'purge-documents',
  ...brief,
  async run(hub, _payload, { signal, progress }) {
    const until = new Date(hub.now().getTime() - hub.config.keepDocumentDays * 86_400_000)
    const purged = await purgeDocuments(hub.db, until, () => signal.aborted)
    await progress({ purged })
    signal.throwIfAborted()
  },
}
