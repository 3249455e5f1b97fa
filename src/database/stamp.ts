// When a verb writes and where its new ids come from. The hub is one (hub.now is asked once per transaction).

export interface Stamp {
  at: Date
  /** A UUID v7. */
  newId(): string
}

/** A stamp of now. */
export function stampOf(hub: { now(): Date; newId(): string }): Stamp {
  return { at: hub.now(), newId: hub.newId }
}
