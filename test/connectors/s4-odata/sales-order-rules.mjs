// The little of SAP's business logic that a client can see at once: number ranges, defaults, net values, availability,
// statuses, and the header's time stamp that moves with every change below it.

const SERVICE = 'API_SALES_ORDER_SRV'
const LIST_PRICE = 10
const TAX_RATE = 0.19

/** Adds the rules to what `cds` serves. Call before the server starts. */
export function salesOrderRules(cds) {
  const { SELECT, UPDATE } = cds.ql
  let lastOrder = 0
  let lastBillingDocument = 90000000
  let lastStamp = 0

  /** Never the same twice: it is the order's ETag. */
  function stamp() {
    lastStamp = Math.max(Date.now(), lastStamp + 1)
    return new Date(lastStamp).toISOString()
  }
  const today = () => new Date().toISOString().slice(0, 10)

  cds.on('serving', (service) => {
    if (service.name === 'API_BILLING_DOCUMENT_SRV') {
      service.before('CREATE', 'A_BillingDocument', ({ data }) => {
        data.BillingDocument ??= String(++lastBillingDocument)
        data.LastChangeDateTime ??= stamp()
      })
      service.on('GetPDF', async (req) => {
        const { BillingDocument } = req.data
        const [known] = await SELECT.from('API_BILLING_DOCUMENT_SRV.A_BillingDocument').where({ BillingDocument })
        if (!known)
          req.reject({ status: 404, code: 'VF/016', message: `Billing document ${BillingDocument} does not exist` })
        return { BillingDocumentBinary: Buffer.from(`%PDF-1.4\n% ${BillingDocument}\n%%EOF`).toString('base64') }
      })
    }
    if (service.name !== SERVICE) return

    service.before('CREATE', 'A_SalesOrder', async (req) => {
      await knowCustomer(req)
      completeOrder(req)
    })
    service.before('CREATE', 'A_SalesOrderItem', async (req) => {
      const items = await SELECT.from(`${SERVICE}.A_SalesOrderItem`).where({ SalesOrder: req.data.SalesOrder })
      const [order] = await SELECT.from(`${SERVICE}.A_SalesOrder`).where({ SalesOrder: req.data.SalesOrder })
      const last = Math.max(0, ...items.map((item) => Number(item.SalesOrderItem)))
      completeItem(req, req.data, order, last + 10)
    })
    service.before('CREATE', 'A_SalesOrderItemPrElement', ({ data }) => {
      data.PricingProcedureStep ??= '10'
      data.PricingProcedureCounter ??= '1'
    })
    service.before('UPDATE', 'A_SalesOrder', ({ data }) => {
      data.LastChangeDateTime = stamp()
      data.LastChangeDate = today()
    })
    service.before('UPDATE', 'A_SalesOrderScheduleLine', ({ data }) => {
      if (data.RequestedDeliveryDate) data.ConfirmedDeliveryDate ??= data.RequestedDeliveryDate
    })
    for (const part of ['Item', 'ItemPrElement', 'ScheduleLine', 'HeaderPartner', 'PartnerAddress', 'Text'])
      service.after(['CREATE', 'UPDATE'], `A_SalesOrder${part}`, async (_result, { data }) => reckon(data.SalesOrder))
  })

  async function knowCustomer(req) {
    const { SoldToParty, SalesOrganization, DistributionChannel, OrganizationDivision } = req.data
    const area = { SalesOrganization, DistributionChannel, Division: OrganizationDivision }
    const [known] = await SELECT.from('API_BUSINESS_PARTNER.A_CustomerSalesArea').where({
      Customer: SoldToParty,
      ...area,
    })
    const words = `Sold-to party ${SoldToParty} not maintained for sales area ${Object.values(area).join(' ')}`
    if (!known) req.reject({ status: 400, code: 'VP/199', message: words })
  }

  function completeOrder(req) {
    const order = req.data
    order.SalesOrder ??= String(++lastOrder)
    order.TransactionCurrency ??= 'EUR'
    order.SalesOrderDate ??= today()
    order.CreationDate ??= today()
    order.CreatedByUser ??= 'HUB'
    order.LastChangeDateTime ??= stamp()
    order.OverallSDProcessStatus ??= 'A'
    order.OverallTotalDeliveryStatus ??= 'A'
    order.OverallSDDocumentRejectionSts ??= 'A'
    for (const [index, item] of (order.to_Item ?? []).entries()) completeItem(req, item, order, (index + 1) * 10)
    order.TotalNetAmount ??= total(order.to_Item ?? [])
    for (const [index, element] of (order.to_PricingElement ?? []).entries()) {
      element.PricingProcedureStep ??= String(900 + index)
      element.PricingProcedureCounter ??= '1'
    }
    for (const partner of order.to_Partner ?? [])
      for (const address of partner.to_Address ?? []) address.AddressRepresentationCode ??= ''
  }

  function completeItem(req, item, order, number) {
    if (item.Material?.startsWith('NO-'))
      req.reject({ status: 400, code: 'V1/382', message: `Material ${item.Material} is not defined for sales org.` })
    item.SalesOrderItem ??= String(number)
    item.SalesOrderItemText ??= `Material ${item.Material}`
    item.MaterialGroup ??= 'L001'
    item.TransactionCurrency ??= order.TransactionCurrency
    item.RequestedQuantityISOUnit ??= 'EA'
    item.RequestedQuantityUnit ??= item.RequestedQuantityISOUnit
    item.RequestedQuantitySAPUnit ??= item.RequestedQuantityISOUnit
    item.ConfdDelivQtyInOrderQtyUnit ??= item.RequestedQuantity
    item.SDProcessStatus ??= 'A'
    item.DeliveryStatus ??= 'A'
    for (const element of item.to_PricingElement ?? []) {
      element.PricingProcedureStep ??= '10'
      element.PricingProcedureCounter ??= '1'
    }
    item.NetAmount ??= net(item, item.to_PricingElement ?? [])
    item.TaxAmount ??= (item.NetAmount * TAX_RATE).toFixed(2)
    item.to_ScheduleLine ??= [{}]
    for (const [index, line] of item.to_ScheduleLine.entries()) {
      line.ScheduleLine ??= String(index + 1)
      line.RequestedDeliveryDate ??= order.RequestedDeliveryDate
      line.ConfirmedDeliveryDate ??= line.RequestedDeliveryDate
      line.ScheduleLineOrderQuantity ??= item.RequestedQuantity
      line.ConfdOrderQtyByMatlAvailCheck ??= line.ScheduleLineOrderQuantity
    }
  }

  function net(item, elements) {
    const price = elements.find((element) => element.ConditionRateValue)
    const each = price ? price.ConditionRateValue / (price.ConditionQuantity ?? 1) : LIST_PRICE
    return (item.RequestedQuantity * each).toFixed(2)
  }

  function total(items) {
    const counted = items.filter((item) => !item.SalesDocumentRjcnReason)
    return counted.reduce((sum, item) => sum + Number(item.NetAmount), 0).toFixed(2)
  }

  /** After a change of a part: net values, the rejection status and the time stamp again. */
  async function reckon(order) {
    const items = await SELECT.from(`${SERVICE}.A_SalesOrderItem`).where({ SalesOrder: order })
    for (const item of items) {
      const elements = await SELECT.from(`${SERVICE}.A_SalesOrderItemPrElement`).where({
        SalesOrder: order,
        SalesOrderItem: item.SalesOrderItem,
      })
      item.NetAmount = net(item, elements)
      await UPDATE(`${SERVICE}.A_SalesOrderItem`)
        .where({ SalesOrder: order, SalesOrderItem: item.SalesOrderItem })
        .with({
          NetAmount: item.NetAmount,
          TaxAmount: (item.NetAmount * TAX_RATE).toFixed(2),
          ConfdDelivQtyInOrderQtyUnit: item.SalesDocumentRjcnReason ? '0' : item.RequestedQuantity,
        })
    }
    const rejected = items.filter((item) => item.SalesDocumentRjcnReason).length
    await UPDATE(`${SERVICE}.A_SalesOrder`)
      .where({ SalesOrder: order })
      .with({
        TotalNetAmount: total(items),
        OverallSDDocumentRejectionSts: rejected === 0 ? 'A' : rejected === items.length ? 'C' : 'B',
        LastChangeDateTime: stamp(),
        LastChangeDate: today(),
      })
  }
}
