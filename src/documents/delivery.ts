// A document on its way to a buyer's system: posted there, or kept in the mailbox that GetPendingRequest empties.

export interface Delivery {
  id: string
  sellerId: string
  partnerId: string
  documentId: string
  /** ConfirmationRequest, ShipNoticeRequest, InvoiceDetailRequest. */
  kind: string
  /** The order, shipment or invoice it tells of. */
  subjectId: string
  /** Which telling of its subject: the same is never made twice. */
  telling: string
  orderId: string | null
  way: 'post' | 'mailbox'
  /** given-up: refused or unreachable until the job's last attempt; a replay of the job sends the same bytes again. */
  state: 'waiting' | 'delivered' | 'refused' | 'given-up'
  /** cXML Status of the buyer's answer. */
  statusCode: number | null
  statusText: string | null
  answerDocumentId: string | null
  /** What a later StatusUpdateRequest said of it. */
  buyerStatus: string | null
  buyerStatusAt: Date | null
  createdAt: Date
  updatedAt: Date
}
