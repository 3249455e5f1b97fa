// Credit: the balance's own currency beside the limit's, for an ERP may keep the two in different ones.
export const up: readonly string[] = [
  'ALTER TABLE credit_standings ADD COLUMN balance_currency text',
  'UPDATE credit_standings SET balance_currency = currency WHERE balance IS NOT NULL',
]
