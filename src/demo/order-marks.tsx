// Small marks of the order pages: a badge for a word of the hub's, how fresh the ERP's part is, links to an invoice's files.
import type { ErpLabel, Invoice } from './order-client.ts'
import { timeOf, type Vocabulary, wordFor } from './order-words.ts'

export function Word({ of, name }: { of: Vocabulary; name: string }) {
  const [text, tone] = wordFor(of, name)
  return <span className={`badge ${tone}`.trim()}>{text}</span>
}

/** When the ERP was last read, and plainly where that is too long ago. */
export function Freshness({ labels }: { labels: readonly ErpLabel[] }) {
  return labels.map((label) => (
    <p className="small soft" key={label.connection}>
      {label.stale && <span className="badge warn">not up to date</span>}{' '}
      {label.asOf
        ? `${label.connection}: as of ${timeOf(label.asOf)}, Amsterdam time.`
        : `${label.connection} was not read yet: what it knows shows here as soon as it was.`}
      {label.stale && label.lastError && ` The last reading failed: ${label.lastError}`}
    </p>
  ))
}

export function InvoiceFiles({ base, invoice }: { base: string; invoice: Invoice }) {
  const path = `${base}/invoices/${invoice.id}`
  return (
    <span className="inline">
      <a className="button quiet small" href={`${path}/pdf`} aria-label={`PDF of ${invoice.number}`}>
        PDF
      </a>
      <a className="button quiet small" href={`${path}/ubl`} aria-label={`E-invoice (UBL) of ${invoice.number}`}>
        UBL
      </a>
    </span>
  )
}
