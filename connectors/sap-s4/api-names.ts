// SAP's OData V2 services this connector calls, as they stand in the path.

export const api = {
  salesOrders: 'API_SALES_ORDER_SRV',
  billing: 'API_BILLING_DOCUMENT_SRV',
  partners: 'API_BUSINESS_PARTNER',
  // Version 1 has no addresses and no handling units.
  deliveries: 'API_OUTBOUND_DELIVERY_SRV;v=0002',
  journal: 'API_OPLACCTGDOCITEMCUBE_SRV',
  credit: 'API_CRDTMBUSINESSPARTNER',
} as const
