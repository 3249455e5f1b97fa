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

/** System identifier for a document of this version and content element: `http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd`. */
export function systemIdOf(version: string, contentName: string | undefined): string {
  return `http://xml.cxml.org/schemas/cXML/${version}/${moduleOf.get(contentName ?? '') ?? 'cXML'}.dtd`
}
