// What e-invoices say of seller and buyer (accounts/invoice-party.ts), and e-invoices given out, each once as it is.
export const up: readonly string[] = [
  'ALTER TABLE sellers ADD COLUMN party jsonb',
  'ALTER TABLE accounts ADD COLUMN invoicing jsonb',
  `CREATE UNIQUE INDEX documents_ubl ON documents (seller_id, payload_id, sha256) WHERE protocol = 'ubl'`,
]
