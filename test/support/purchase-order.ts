// OrderRequests as a buyer's system writes them after a punchout.
import type { PunchOutOrderMessage } from '../../protocols/cxml/punchout-order-message.ts'

export interface OrderOptions {
  orderID: string
  payloadID?: string
  type?: 'new' | 'update' | 'delete'
  version?: string
  identity?: string
  secret?: string
  email?: string
  orderType?: string
  deploymentMode?: string
  lines: OrderedLine[]
}

export interface OrderedLine {
  lineNumber?: number
  quantity: string
  supplierPartId: string
  auxiliaryId?: string
  unitPrice: string
  currency?: string
  unit: string
  description: string
  requestedDate?: string
  /** XML after ItemDetail. */
  inside?: string
}

let counter = 0

const text = (value: string) => value.replace(/&/g, '&amp;').replace(/</g, '&lt;')

export function orderRequest(options: OrderOptions): string {
  const o = {
    payloadID: `po.${process.pid}.${Date.now()}.${counter++}@buyer.example`,
    type: 'new',
    version: '1',
    identity: 'AN01000000001',
    secret: 'demo-secret',
    email: 'jane@almere.example',
    orderType: 'regular',
    deploymentMode: 'production',
    ...options,
  }
  const total = o.lines.reduce((sum, l) => sum + Number(l.quantity) * Number(l.unitPrice), 0).toFixed(2)
  const currency = o.lines[0]?.currency ?? 'EUR'
  const items = o.lines
    .map(
      (l, i) =>
        `<ItemOut quantity="${l.quantity}" lineNumber="${l.lineNumber ?? i + 1}"${
          l.requestedDate ? ` requestedDeliveryDate="${l.requestedDate}"` : ''
        }><ItemID><SupplierPartID>${text(l.supplierPartId)}</SupplierPartID>${
          l.auxiliaryId ? `<SupplierPartAuxiliaryID>${text(l.auxiliaryId)}</SupplierPartAuxiliaryID>` : ''
        }</ItemID><ItemDetail><UnitPrice><Money currency="${l.currency ?? currency}">${l.unitPrice}</Money></UnitPrice><Description xml:lang="en">${text(
          l.description,
        )}</Description><UnitOfMeasure>${l.unit}</UnitOfMeasure><Classification domain="UNSPSC">44121704</Classification></ItemDetail>${l.inside ?? ''}</ItemOut>`,
    )
    .join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd">
<cXML payloadID="${o.payloadID}" timestamp="2026-01-05T11:00:00+01:00" xml:lang="en-US">
<Header>
<From><Credential domain="NetworkID"><Identity>${o.identity}</Identity></Credential></From>
<To><Credential domain="DUNS"><Identity>123456789</Identity></Credential></To>
<Sender><Credential domain="NetworkID"><Identity>${o.identity}</Identity><SharedSecret>${o.secret}</SharedSecret></Credential><UserAgent>Test buyer</UserAgent></Sender>
</Header>
<Request deploymentMode="${o.deploymentMode}"><OrderRequest><OrderRequestHeader orderID="${text(o.orderID)}" orderDate="2026-01-05T11:00:00+01:00" type="${o.type}" orderType="${o.orderType}" orderVersion="${o.version}">
<Total><Money currency="${currency}">${total}</Money></Total>
<ShipTo><Address isoCountryCode="NL" addressID="100042-1"><Name xml:lang="en">Town hall, goods in</Name><PostalAddress><DeliverTo>Facility desk</DeliverTo><Street>Stadhuisplein 1</Street><City>Almere</City><PostalCode>1315 HR</PostalCode><Country isoCountryCode="NL">Netherlands</Country></PostalAddress></Address></ShipTo>
<BillTo><Address isoCountryCode="NL" addressID="100042"><Name xml:lang="en">City of Almere</Name><PostalAddress><Street>Postbus 200</Street><City>Almere</City><PostalCode>1300 AE</PostalCode><Country isoCountryCode="NL">Netherlands</Country></PostalAddress></Address></BillTo>
<Contact role="buyer"><Name xml:lang="en">Jane Jansen</Name><Email>${o.email}</Email></Contact>
<Comments xml:lang="en">Please deliver before noon.</Comments>
</OrderRequestHeader>
${items}
</OrderRequest></Request>
</cXML>`
}

/** The lines of a returned cart as its buyer's system orders them. */
export function orderedLines(cart: PunchOutOrderMessage): OrderedLine[] {
  return cart.items.map((item) => ({
    lineNumber: Number(item.lineNumber),
    quantity: item.quantity,
    supplierPartId: item.itemID.supplierPartID,
    auxiliaryId: item.itemID.supplierPartAuxiliaryID,
    unitPrice: item.itemDetail.unitPrice.money.amount,
    currency: item.itemDetail.unitPrice.money.currency,
    unit: item.itemDetail.unitOfMeasure,
    description: item.itemDetail.descriptions[0]?.text ?? '',
  }))
}
