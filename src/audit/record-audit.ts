// The audit trail: who did what to what, written by the transaction that does it.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'

/** Who did it: a person (and who acted for them), a program by its client id, or the hub itself. */
export interface Actor {
  personId?: string
  /** The seller's person who acted for them, and under which acting session. */
  actorId?: string
  actingId?: string
  clientId?: string
  /** A job or rule of the hub's. */
  hub?: string
}

export interface AuditEvent {
  sellerId: string
  accountId: string | null
  actor: Actor
  /** `membership.suspended`, `requisition.submitted`, ... */
  action: string
  subjectKind: string
  subjectId: string | null
  /** What changed, for people. Never a secret. */
  detail: Record<string, unknown>
}

/** Records events, in the caller's transaction. They are numbered and chained after it, by seal-trail.ts. */
export async function recordAudit(db: Db, events: readonly AuditEvent[], stamp: Stamp): Promise<void> {
  if (events.length === 0) return
  await db('audit_events').insert(
    events.map((event) => ({
      id: stamp.newId(),
      seller_id: event.sellerId,
      account_id: event.accountId,
      actor: JSON.stringify(event.actor),
      action: event.action,
      subject_kind: event.subjectKind,
      subject_id: event.subjectId,
      detail: JSON.stringify(event.detail),
      at: stamp.at,
    })),
  )
}

/** What the trail says of a caller. */
export function actorOf(access: {
  person: { id: string } | null
  actor: { personId: string; actingId: string } | null
  clientId: string | null
}): Actor {
  return {
    ...(access.person ? { personId: access.person.id } : {}),
    ...(access.actor ? { actorId: access.actor.personId, actingId: access.actor.actingId } : {}),
    ...(access.clientId ? { clientId: access.clientId } : {}),
  }
}
