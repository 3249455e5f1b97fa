// Which DTD a document is valid against: each cXML module is a DTD of its own (cXML 1.2.071, one entity cxml.requests each).

const modules: Readonly<Record<string, readonly string[]>> = {
  Fulfill: [
    'ConfirmationRequest',
    'ShipNoticeRequest',
    'ServiceEntryRequest',
    'SalesOrderRequest',
    'TimeCardInfoRequest',
    'TimeCardRequest',
    'ReceiptRequest',
    'OrderStatusRequest',
    'ComponentConsumptionRequest',
    'ProductReplenishmentMessage',
  ],
  InvoiceDetail: ['InvoiceDetailRequest'],
  Quote: ['QuoteRequest', 'QuoteMessage'],
  PaymentRemittance: [
    'PaymentRemittanceRequest',
    'PaymentRemittanceStatusUpdateRequest',
    'PaymentProposalRequest',
    'TradeRequest',
    'PaymentBatchRequest',
    'PaymentReceiptConfirmationRequest',
    'ChargeFileRequest',
  ],
  Contract: ['ContractRequest', 'ContractStatusUpdateRequest'],
  Logistics: ['TransportRequest', 'TransportConfirmation'],
}

const moduleOf = new Map(Object.entries(modules).flatMap(([dtd, names]) => names.map((name) => [name, dtd] as const)))

/** Version written where a document names none: that of the DTDs the codec is built on. */
export const CXML_VERSION = '1.2.071'

/** The version a system identifier names. */
export function versionOf(systemId: string | null): string | undefined {
  return /\/(\d+\.\d+\.\d+)\//.exec(systemId ?? '')?.[1]
}

/** System identifier for a document of this version and content element: `http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd`. */
export function systemIdOf(version: string | undefined, contentName: string | undefined): string {
  const named = version !== undefined && /^\d{1,3}\.\d{1,3}\.\d{1,4}$/.test(version) ? version : CXML_VERSION
  return `http://xml.cxml.org/schemas/cXML/${named}/${moduleOf.get(contentName ?? '') ?? 'cXML'}.dtd`
}
