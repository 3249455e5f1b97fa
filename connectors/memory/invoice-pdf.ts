// A PDF of one page, by hand (ISO 32000-1 section 7.5): the memory ERP's rendering of an invoice.
import type { ErpInvoice } from '../connector.ts'

export function invoicePdf(invoice: ErpInvoice): Uint8Array {
  const { number, kind, invoiceDate, dueDate, currency, billTo, purchaseOrderNumber } = invoice
  const lines = [
    `${kind === 'invoice' ? 'INVOICE' : 'CREDIT NOTE'} ${number}`,
    'Demo Office Supplies',
    '',
    ...[billTo?.name, ...(billTo?.street ?? []), [billTo?.postalCode, billTo?.city].join(' ')],
    '',
    `Date ${invoiceDate}, due ${dueDate ?? '-'}, your order ${purchaseOrderNumber ?? '-'}`,
    '',
    ...invoice.lines.map(
      (l) =>
        `${l.lineNumber}  ${l.itemNumber ?? ''}  ${l.description}  ${l.quantity} ${l.unitOfMeasure}  ${l.netAmount}`,
    ),
    '',
    `Net ${invoice.netAmount}   VAT ${invoice.taxAmount}   Total ${invoice.totalAmount} ${currency}`,
  ]
  const shown = lines.map((line) => `(${escaped(line ?? '')}) Tj T*`).join('\n')
  return assemble(`BT /F1 10 Tf 14 TL 50 780 Td\n${shown}\nET`)
}

/** WinAnsi is Latin-1 for the signs written here; others become a question mark. */
function escaped(text: string): string {
  return text.replace(/[\\()]/g, '\\$&').replace(/[^\x20-\xff]/g, '?')
}

function assemble(content: string): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ]
  let pdf = '%PDF-1.4\n'
  const places = objects.map((object, i) => {
    const place = pdf.length
    pdf += `${i + 1} 0 obj\n${object}\nendobj\n`
    return place
  })
  const rows = places.map((place) => `${place.toString().padStart(10, '0')} 00000 n \n`).join('')
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`
  return Buffer.from(`${pdf}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}${trailer}`, 'latin1')
}
