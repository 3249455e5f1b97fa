// Lines of shipments and invoices that wait for the line of the order they name.
export const up: readonly string[] = [
  'CREATE INDEX shipment_lines_loose ON shipment_lines (order_erp_id) WHERE order_line_number IS NULL',
  'CREATE INDEX invoice_lines_loose ON invoice_lines (order_erp_id) WHERE order_line_number IS NULL',
]
