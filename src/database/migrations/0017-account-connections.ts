// Two ERPs may give two customers one number: each is an account of its own.
export const up: readonly string[] = [
  'ALTER TABLE accounts DROP CONSTRAINT accounts_seller_id_customer_number_key',
  `CREATE UNIQUE INDEX accounts_number ON accounts
    (seller_id, customer_number, coalesce(erp_connection_id, '00000000-0000-0000-0000-000000000000'))`,
]
