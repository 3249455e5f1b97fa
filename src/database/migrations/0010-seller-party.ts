// The seller as its invoices name it (name, address, VAT id, endpoint, bank), and e-invoices given out, each once as it is.
export const up: readonly string[] = [
  'ALTER TABLE sellers ADD COLUMN party jsonb',
  `CREATE UNIQUE INDEX documents_ubl ON documents (seller_id, payload_id, sha256) WHERE protocol = 'ubl'`,
]
