// Who is let in again is what they were: an invitation that was never taken is none.
export const up: readonly string[] = [
  `ALTER TABLE memberships ADD COLUMN suspended_from text CHECK (suspended_from IN ('invited', 'active'))`,
]
