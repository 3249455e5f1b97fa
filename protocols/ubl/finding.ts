// What is wrong with an invoice, by the rule that says so.

export interface Finding {
  /** BR-CO-15, PEPPOL-EN16931-R003, BR-DE-2 ...; XSD = the UBL schema itself; LEITWEG-ID = its check digits. */
  rule: string
  /** The place in the EInvoice, `lines[2].allowances[0].amount`; '' = the invoice as a whole. */
  path: string
  /** A sentence for people, with the business term. */
  message: string
}

export type Find = (rule: string, path: string, message: string) => void

/** Nothing there that a reader could use. */
export function isMissing(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}
