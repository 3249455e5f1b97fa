// The secret an ERP shows when it asks to be read at once, as its hash.
export const up: readonly string[] = ['ALTER TABLE erp_connections ADD COLUMN nudge_secret_hash bytea']
