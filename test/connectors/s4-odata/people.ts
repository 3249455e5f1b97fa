// What SAP's own people do in the served services: master data, orders by phone, deliveries, invoices, payments, credit.
import type { ErpPeople } from '../contract.ts'
import type { S4Row, S4Server } from './server.ts'

const salesArea = { SalesOrganization: '1010', DistributionChannel: '10', Division: '00' }
const today = () => new Date().toISOString().slice(0, 10)

export const customers = {
  hospital: '10100001',
  library: '10100002',
  /** A ship-to party of the hospital. */
  pharmacy: '10100003',
}

/** Two customers of the sales area, one more ship-to party, and a customer of another sales area. */
export async function enterMasterData(s4: S4Server): Promise<void> {
  const partners = [
    { number: customers.hospital, name: 'Ziekenhuis Oost', city: 'Amsterdam', vat: 'NL001234567B01' },
    { number: customers.library, name: 'Bibliotheek Zuid', city: 'Utrecht', vat: '' },
    { number: customers.pharmacy, name: 'Ziekenhuis Oost, apotheek', city: 'Diemen', vat: '' },
    {
      number: '20200001',
      name: 'Elsewhere Ltd',
      city: 'Leeds',
      vat: '',
      area: { ...salesArea, SalesOrganization: '2020' },
    },
  ]
  for (const { number, name, city, vat, area = salesArea } of partners) {
    const AddressID = number
    await s4.insert('API_BUSINESS_PARTNER.A_BusinessPartner', [
      {
        ...{
          BusinessPartner: number,
          Customer: number,
          BusinessPartnerFullName: name,
          BusinessPartnerIsBlocked: false,
        },
        ...{ CreationDate: '2026-01-05', CreationTime: '09:30:00' },
        to_BusinessPartnerAddress: [
          {
            ...{
              AddressID,
              StreetName: 'Kade',
              HouseNumber: '12',
              CityName: city,
              PostalCode: '1011 AB',
              Country: 'NL',
            },
            to_AddressUsage: [{ ValidityEndDate: '9999-12-31T00:00:00Z', AddressUsage: 'XXDEFAULT', AddressID }],
            to_EmailAddress: [
              { Person: '', OrdinalNumber: '1', EmailAddress: 'info@buyer.example', IsDefaultEmailAddress: true },
            ],
          },
        ],
      },
    ])
    await s4.insert('API_BUSINESS_PARTNER.A_Customer', [
      {
        ...{ Customer: number, VATRegistration: vat },
        to_CustomerSalesArea: [
          {
            ...{ ...area, Currency: 'EUR', CustomerPaymentTerms: '0004' },
            to_PartnerFunction: [
              { PartnerCounter: '0', PartnerFunction: 'SP', BPCustomerNumber: number },
              { PartnerCounter: '0', PartnerFunction: 'SH', BPCustomerNumber: number },
              ...(number === customers.hospital
                ? [{ PartnerCounter: '1', PartnerFunction: 'SH', BPCustomerNumber: customers.pharmacy }]
                : []),
            ],
          },
        ],
        to_CustomerCompany: [{ CompanyCode: '1010', CustomerHeadOffice: '' }],
      },
    ])
    await s4.insert('API_CRDTMBUSINESSPARTNER.CreditManagementAccount', [
      {
        ...{ BusinessPartner: number, CreditSegment: '0000', CreditLimitAmount: '50000.00', CreditLimitIsZero: false },
        ...{ CreditSegmentCurrency: 'EUR', CreditAccountIsBlocked: false },
      },
    ])
  }
}

/** The people, for the connector contract. */
export function s4People(s4: S4Server): ErpPeople {
  let deliveries = 80000000
  let postings = 1400000000

  const itemsOf = (order: string) =>
    s4.rows(`API_SALES_ORDER_SRV/A_SalesOrder('${order}')/to_Item?$expand=to_ScheduleLine`)
  const scheduleOf = (item: S4Row) => (item.to_ScheduleLine as { results: S4Row[] }).results[0] as S4Row
  const headerOf = async (order: string) =>
    (await s4.rows(`API_SALES_ORDER_SRV/A_SalesOrder?$filter=SalesOrder eq '${order}'`))[0] as S4Row
  const deliveredOf = (item: S4Row) => Number(scheduleOf(item).DeliveredQtyInOrderQtyUnit ?? 0)
  const touch = (order: string, data: S4Row = {}) =>
    s4.update(
      'API_SALES_ORDER_SRV.A_SalesOrder',
      { SalesOrder: order },
      { ...data, LastChangeDateTime: new Date().toISOString() },
    )

  /** A posting on the customer's account. */
  const post = (item: S4Row) =>
    s4.insert('API_OPLACCTGDOCITEMCUBE_SRV.A_OperationalAcctgDocItemCube', [
      {
        ...{
          CompanyCode: '1010',
          FiscalYear: '2026',
          AccountingDocument: String(++postings),
          AccountingDocumentItem: '1',
        },
        ...{ FinancialAccountType: 'D', AccountingDocumentType: 'RV', IsCleared: false, TransactionCurrency: 'EUR' },
        ...{
          DocumentDate: today(),
          PostingDate: today(),
          NetDueDate: today(),
          AccountingDocumentCreationDate: today(),
        },
        ...item,
      },
    ])

  async function bill(header: S4Row, items: S4Row[], debit: 'S' | 'H'): Promise<{ erpId: string }> {
    const net = items.reduce((sum, item) => sum + Number(item.NetAmount), 0)
    const tax = items.reduce((sum, item) => sum + Number(item.TaxAmount), 0)
    const [made] = await s4.insert('API_BILLING_DOCUMENT_SRV.A_BillingDocument', [
      {
        ...{
          BillingDocumentDate: today(),
          CreationDate: today(),
          SalesOrganization: '1010',
          TransactionCurrency: 'EUR',
          CustomerPaymentTerms: '0004',
        },
        ...{ TotalNetAmount: net.toFixed(2), TaxAmount: tax.toFixed(2), BillingDocumentIsCancelled: false },
        ...{ LastChangeDateTime: new Date().toISOString(), to_Item: items },
        ...header,
        to_Partner: [{ PartnerFunction: 'BP', Customer: header.SoldToParty }],
      },
    ])
    const erpId = String(made?.BillingDocument)
    const amount = {
      DebitCreditCode: debit,
      AmountInTransactionCurrency: `${debit === 'H' ? '-' : ''}${(net + tax).toFixed(2)}`,
    }
    await post({ Customer: header.SoldToParty, BillingDocument: erpId, ...amount })
    return { erpId }
  }

  return {
    async enterOrder({ customerNumber, lines }) {
      const [made] = await s4.insert('API_SALES_ORDER_SRV.A_SalesOrder', [
        {
          ...{ SalesOrderType: 'TA', SoldToParty: customerNumber, PurchaseOrderByCustomer: 'by phone' },
          ...{ SalesOrganization: '1010', DistributionChannel: '10', OrganizationDivision: '00' },
          to_Item: lines.map(({ itemNumber, quantity }) => ({ Material: itemNumber, RequestedQuantity: quantity })),
        },
      ])
      return { erpId: String(made?.SalesOrder) }
    },

    async ship(order, { lines, carrier, tracking }) {
      const header = await headerOf(order)
      const items = await itemsOf(order)
      const wanted = items.flatMap((item) => {
        const line = lines?.find(({ lineNumber }) => String(lineNumber) === item.UnderlyingPurchaseOrderItem)
        const quantity = lines ? Number(line?.quantity ?? 0) : Number(item.RequestedQuantity) - deliveredOf(item)
        return quantity > 0 ? [{ item, quantity }] : []
      })
      const DeliveryDocument = String(++deliveries)
      await s4.insert('API_OUTBOUND_DELIVERY_SRV.A_OutbDeliveryAddress2', [
        { DeliveryDocument, PartnerFunction: 'CR', BusinessPartnerName1: carrier },
        {
          DeliveryDocument,
          PartnerFunction: 'SH',
          BusinessPartnerName1: 'Ziekenhuis Oost',
          CityName: 'Amsterdam',
          Country: 'NL',
        },
      ])
      await s4.insert('API_OUTBOUND_DELIVERY_SRV.A_OutbDeliveryHeader', [
        {
          ...{
            DeliveryDocument,
            SDDocumentCategory: 'J',
            SalesOrganization: '1010',
            SoldToParty: header.SoldToParty,
            ShipToParty: header.SoldToParty,
          },
          ...{ CreationDate: today(), CreationTime: '08:00:00', ActualGoodsMovementDate: today() },
          ...{ OverallGoodsMovementStatus: 'C', OverallPackingStatus: 'C' },
          // A handling unit has room for 20 characters.
          BillOfLading: tracking.length > 20 ? tracking : '',
          to_DeliveryDocumentItem: wanted.map(({ item, quantity }, index) => ({
            ...{
              DeliveryDocumentItem: String((index + 1) * 10),
              Material: item.Material,
              ReferenceSDDocumentCategory: 'C',
            },
            ...{ ReferenceSDDocument: order, ReferenceSDDocumentItem: `0000${item.SalesOrderItem}` },
            ...{ ActualDeliveryQuantity: String(quantity), DeliveryQuantityUnit: item.RequestedQuantityUnit },
          })),
          to_DeliveryDocumentPartner: [
            { PartnerFunction: 'CR', Supplier: '17300001' },
            { PartnerFunction: 'SH', Customer: header.SoldToParty },
          ],
          to_HandlingUnitHeaderDelivery: [
            {
              ...{ HandlingUnitInternalId: DeliveryDocument, HandlingUnitExternalId: `00${DeliveryDocument}` },
              ...{
                HandlingUnitSecondExternalId: tracking.length > 20 ? '' : tracking,
                GrossWeight: '2500',
                WeightUnit: 'G',
              },
              to_HandlingUnitItemDelivery: wanted.map(({ quantity }, index) => ({
                ...{
                  HandlingUnitItem: String(index + 1),
                  DeliveryDocument,
                  DeliveryDocumentItem: `0000${(index + 1) * 10}`,
                },
                HandlingUnitQuantity: String(quantity),
              })),
            },
          ],
        },
      ])
      for (const { item, quantity } of wanted) {
        const delivered = deliveredOf(item) + quantity
        const key = { SalesOrder: order, SalesOrderItem: item.SalesOrderItem }
        const schedule = { ...key, ScheduleLine: scheduleOf(item).ScheduleLine }
        const data = { DeliveredQtyInOrderQtyUnit: String(delivered) }
        await s4.update('API_SALES_ORDER_SRV.A_SalesOrderScheduleLine', schedule, data)
        const DeliveryStatus = delivered >= Number(item.RequestedQuantity) ? 'C' : 'B'
        await s4.update('API_SALES_ORDER_SRV.A_SalesOrderItem', key, { DeliveryStatus })
      }
      const statuses = (await itemsOf(order)).map((item) => item.DeliveryStatus)
      await touch(order, { OverallTotalDeliveryStatus: statuses.every((status) => status === 'C') ? 'C' : 'B' })
      return { erpId: DeliveryDocument }
    },

    async invoice(order) {
      const { SoldToParty, PurchaseOrderByCustomer } = await headerOf(order)
      const items = (await itemsOf(order)).map((item) => ({
        ...{
          BillingDocumentItem: item.SalesOrderItem,
          Material: item.Material,
          BillingDocumentItemText: item.SalesOrderItemText,
        },
        ...{ BillingQuantity: item.RequestedQuantity, BillingQuantityUnit: item.RequestedQuantityUnit },
        ...{ NetAmount: item.NetAmount, TaxAmount: item.TaxAmount, SalesSDDocumentCategory: 'C' },
        ...{ SalesDocument: order, SalesDocumentItem: item.SalesOrderItem, ReferenceSDDocumentCategory: 'J' },
        to_PricingElement: [taxCondition(item.TaxAmount)],
      }))
      return bill({ SDDocumentCategory: 'M', SoldToParty, PurchaseOrderByCustomer }, items, 'S')
    },

    async creditNote(invoice) {
      const path = `API_BILLING_DOCUMENT_SRV/A_BillingDocument?$filter=BillingDocument eq '${invoice}'`
      const [{ SoldToParty, PurchaseOrderByCustomer } = {}] = await s4.rows(path)
      const billed = await s4.rows(`API_BILLING_DOCUMENT_SRV/A_BillingDocument('${invoice}')/to_Item`)
      const items = billed.map((item) => ({
        ...{
          BillingDocumentItem: item.BillingDocumentItem,
          Material: item.Material,
          BillingQuantity: item.BillingQuantity,
        },
        ...{ BillingQuantityUnit: item.BillingQuantityUnit, NetAmount: item.NetAmount, TaxAmount: item.TaxAmount },
        ...{ ReferenceSDDocument: `00${invoice}`, ReferenceSDDocumentCategory: 'M' },
        to_PricingElement: [taxCondition(item.TaxAmount)],
      }))
      return bill({ SDDocumentCategory: 'O', SoldToParty, PurchaseOrderByCustomer }, items, 'H')
    },

    /** Accounting clears the posting; the billing document shows it, and its time stamp stays as it is. */
    async pay(invoice) {
      const cleared = { IsCleared: true, ClearingCreationDate: today(), ClearingAccountingDocument: '1500000001' }
      await s4.update(
        'API_OPLACCTGDOCITEMCUBE_SRV.A_OperationalAcctgDocItemCube',
        { BillingDocument: invoice },
        cleared,
      )
      await s4.update(
        'API_BILLING_DOCUMENT_SRV.A_BillingDocument',
        { BillingDocument: invoice },
        { InvoiceClearingStatus: 'C' },
      )
    },

    async changeCredit(customer, { limit, blocked }) {
      const data = {
        ...(limit !== undefined && { CreditLimitAmount: limit }),
        ...(blocked !== undefined && { CreditAccountIsBlocked: blocked }),
      }
      await s4.update('API_CRDTMBUSINESSPARTNER.CreditManagementAccount', { BusinessPartner: customer }, data)
    },

    touchOrder: (order) => touch(order),

    async countByOnceKey(onceKey) {
      const filter = `PurchaseOrderByShipToParty eq 'hub${onceKey}'`
      return (await s4.rows(`API_SALES_ORDER_SRV/A_SalesOrder?$filter=${filter}&$select=SalesOrder`)).length
    },

    async ids(stream) {
      const keys: Partial<Record<string, string>> = {
        orders: 'API_SALES_ORDER_SRV/A_SalesOrder?$select=SalesOrder',
        shipments: 'API_OUTBOUND_DELIVERY_SRV/A_OutbDeliveryHeader?$select=DeliveryDocument',
        invoices: 'API_BILLING_DOCUMENT_SRV/A_BillingDocument?$select=BillingDocument',
      }
      const path = keys[stream]
      if (!path) return undefined
      const field = path.split('=')[1] ?? ''
      return (await s4.rows(path)).map((row) => String(row[field]))
    },

    break: {
      unreachable: () => broken({ drop: true }),
      throttled: () => broken({ status: 429, headers: { 'retry-after': '7' }, body: 'slow down' }),
      refused: () =>
        broken({ status: 400, body: '{"error":{"code":"X/1","message":{"lang":"en","value":"Not like this"}}}' }),
      unauthorised: () => broken({ status: 401, body: '<html><title>Logon failed</title></html>' }),
      garbage: () => broken({ status: 200, body: '{"d":{"results":[' }),
      'lost-answer': () => broken({ method: 'POST', path: '/A_SalesOrder?', lose: true }),
    },
  }

  async function broken(fault: object) {
    await s4.faults([{ times: 1000, ...fault }])
    return () => s4.faults([])
  }
}

function taxCondition(amount: unknown): S4Row {
  return {
    ...{ PricingProcedureStep: '915', PricingProcedureCounter: '1', ConditionType: 'MWST', ConditionClass: 'D' },
    ...{ ConditionRateValue: '19', ConditionAmount: amount, TaxCode: 'A1', ConditionIsForStatistics: false },
  }
}
