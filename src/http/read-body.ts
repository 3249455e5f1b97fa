// Reads a wire document's bytes, and never more than it may: one body has a limit, and so have all bodies under way together.
import type { Request } from 'express'
import { HubError } from '../errors.ts'

/** The most bytes of bodies held at once, whatever the number of senders. */
const ALL_BODIES = 128 * 1024 * 1024
/** A body over its limit is read on and thrown away up to here, so that the sender hears the answer instead of a reset. */
const DRAIN_BYTES = 96 * 1024 * 1024

let held = 0

/** Throws HubError too_large, unavailable (too much under way) or invalid_input (it broke off). */
export async function readBody(req: Request, limit: number): Promise<Buffer> {
  if (req.headers['content-encoding'] && req.headers['content-encoding'] !== 'identity')
    throw new HubError('unsupported_media', 'Send the document without Content-Encoding.')
  const chunks: Buffer[] = []
  let size = 0
  let kept = 0
  let refused: HubError | undefined
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limit) refused ??= new HubError('too_large', `The document is larger than ${limit / 1024 / 1024} MB.`)
      else if (held + chunk.length > ALL_BODIES)
        refused ??= new HubError('unavailable', 'Too many large documents at once. Try again in a minute.')
      if (refused) {
        if (size > DRAIN_BYTES) break
        held -= kept
        kept = 0
        chunks.length = 0
        continue
      }
      held += chunk.length
      kept += chunk.length
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new HubError('invalid_input', 'The request broke off.', { cause })
  } finally {
    held -= kept
  }
  if (refused) throw refused
  return Buffer.concat(chunks, size)
}
