// Partners looked up a moment ago. A procurement system sends many documents in a row, and who it is changes rarely: for a second
// the answer stands, so a revoked secret dies within that second in every process, and at once in the one that revoked it.
import type { Db } from '../database/database.ts'
import type { Mode, TradingPartner } from './partner.ts'
import { findPartnersBySender } from './partner-store.ts'

const MEMORY_MS = 1_000
const MOST = 1_000

export interface RecentPartners {
  /** As findPartnersBySender, at most a second old. */
  bySender(db: Db, senders: readonly { domain: string; identity: string }[], mode: Mode): Promise<TradingPartner[]>
  /** Forgets all: call it after a partner was changed. */
  forget(): void
}

/** `now` is the clock, ms. */
export function makeRecentPartners(now: () => number): RecentPartners {
  const known = new Map<string, { at: number; partners: Promise<TradingPartner[]> }>()
  return {
    bySender(db, senders, mode) {
      const key = JSON.stringify([mode, senders.map((s) => [s.domain, s.identity])])
      const found = known.get(key)
      if (found && now() - found.at < MEMORY_MS) return found.partners
      // Unknown senders must not fill the memory.
      if (known.size >= MOST) known.clear()
      const partners = findPartnersBySender(db, senders, mode)
      known.set(key, { at: now(), partners })
      partners.catch(() => known.delete(key))
      return partners
    },
    forget: () => known.clear(),
  }
}
