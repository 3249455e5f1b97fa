// A document of an order, as the simulator sent or received it.
import type { Requisition } from './requisitions.ts'

interface DocumentPageProps {
  requisition: Requisition
  title: string
  /** In a sentence. */
  summary: string
  texts: [name: string, text: string][]
}

export function DocumentPage({ requisition, title, summary, texts }: DocumentPageProps) {
  return (
    <div className="stack">
      <div>
        <p className="small">
          <a href={`/demo/buyer/requisitions/${requisition.id}`}>← Requisition {requisition.number}</a>
        </p>
        <h1>{title}</h1>
        <p className="soft">{summary}</p>
      </div>
      {texts.map(([name, text]) => (
        <details key={name} open>
          <summary>{name}</summary>
          <pre>{text}</pre>
        </details>
      ))}
    </div>
  )
}
