// Orders that differ from their carts, newest first.
export const up: readonly string[] = [
  'CREATE INDEX order_differences_newest ON order_differences (partner_id, at DESC, order_id DESC)',
]
