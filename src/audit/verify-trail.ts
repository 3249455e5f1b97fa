// Walks a seller's audit trail from its first event and says where it is no longer what was sealed.
import type { Db } from '../database/database.ts'
import { auditColumns, hashOfEvent, NO_HASH, type SealedEvent } from './seal-trail.ts'

export interface Verdict {
  /** Sealed events looked at. */
  count: number
  /** The newest number and its hash, in hex: kept elsewhere, it proves later that nothing before was touched. */
  head: { number: string; hash: string } | null
  broken: { number: string; why: string } | null
}

const BATCH = 1000

/** `expected`: a head kept elsewhere, which the trail must still contain. */
export async function verifyTrail(
  db: Db,
  sellerId: string,
  expected?: { number: string; hash: string },
): Promise<Verdict> {
  let before: Buffer = NO_HASH
  let number = 0n
  const head = () => (number === 0n ? null : { number: String(number), hash: before.toString('hex') })
  const broken = (at: bigint, why: string): Verdict => ({
    count: Number(number),
    head: head(),
    broken: { number: String(at), why },
  })
  for (;;) {
    const events: SealedEvent[] = await db('audit_events as t')
      .select(auditColumns)
      .where({ 't.seller_id': sellerId })
      .where('t.number', '>', String(number))
      .orderBy('t.number')
      .limit(BATCH)
    for (const event of events) {
      const next = number + 1n
      if (event.number !== String(next)) return broken(next, 'It is missing.')
      const hash = hashOfEvent(before, event, event.number)
      if (!event.hash?.equals(hash))
        return broken(next, 'Its content is not what was sealed, or what stands before it.')
      if (expected?.number === event.number && expected.hash !== hash.toString('hex'))
        return broken(next, 'Its hash is another than the one kept elsewhere.')
      before = hash
      number = next
    }
    if (events.length < BATCH) break
  }
  const kept = await db('audit_heads').where({ seller_id: sellerId }).first('number', 'hash')
  if (kept && (BigInt(kept.number) !== number || !kept.hash.equals(before)))
    return broken(number + 1n, `It is missing: ${kept.number} events were sealed.`)
  if (expected && BigInt(expected.number) > number)
    return broken(number + 1n, `It is missing: ${expected.number} events were sealed.`)
  return { count: Number(number), head: head(), broken: null }
}
