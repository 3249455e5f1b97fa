// What a new memory ERP begins with: Demo Office Supplies' articles and two customers. Invented; the articles are those of the
// demo store (src/demo/catalogue.ts), which a leaf can't import: test/connectors/memory.test.ts holds them together.
import type { ErpAddress } from '../connector.ts'
import type { MemoryItem } from './tables.ts'

const item = (
  itemNumber: string,
  description: string,
  unitOfMeasure: string,
  price: string,
  more: Partial<MemoryItem> = {},
): MemoryItem => ({
  itemNumber,
  description,
  unitOfMeasure,
  prices: [{ from: '1', price }],
  priceUnit: '1',
  taxPercent: '21',
  ...more,
})
const tiers = (...prices: [from: string, price: string][]) => ({
  prices: prices.map(([from, price]) => ({ from, price })),
})

export const openingItems: readonly MemoryItem[] = [
  item('00123', 'Ballpoint pen blue, box of 50', 'BX', '10.50', tiers(['1', '10.50'], ['10', '9.90'])),
  item('00200', 'Copy paper A4 80 g, 500 sheets', 'RM', '4.25', tiers(['1', '4.25'], ['40', '3.80'])),
  item('0047', 'Whiteboard marker set, 4 colours', 'SET', '6.10'),
  item('TN-2420', 'Toner black, 3,000 pages', 'C62', '64.95'),
  item('DESK-SIT-STAND', 'Sit-stand desk, made to order', 'C62', '449.00'),
  item('CHAIR-210', 'Office chair, mesh back', 'C62', '219.00'),
  item('SET-WORKPLACE', 'Workplace bundle', 'SET', '265.00'),
  item('LED-12', 'Desk lamp LED 12 W, dimmable', 'C62', '38.40'),
  item('000815', 'Document tray A4, stackable', 'C62', '3.15'),
  item('CLN-5L', 'All-purpose cleaner, 5 litres', 'CA', '18.75'),
  item('STPL-26-6', 'Staples 26/6', 'C62', '0.89', { priceUnit: '1000' }),
  item('CAFÉ-03', 'Café crème beans 1 kg', 'KGM', '14.20', { taxPercent: '9' }),
  item('KBD-ERGO-NL-2026', 'Keyboard, ergonomic, split', 'C62', '129.00'),
  item('AID-DIN-13157', 'First-aid kit DIN 13157', 'C62', '42.00'),
  item('SRV-ASSEMBLY', 'Assembly of furniture, per hour', 'HUR', '58.00'),
]

export interface OpeningCustomer {
  customerNumber: string
  name: string
  vatId: string | null
  email: string | null
  currency: string
  paymentDays: number
  creditLimit: string | null
  address: ErpAddress
  shipTos: ErpAddress[]
}

const address = (
  addressId: string,
  name: string,
  street: string,
  city: string,
  postalCode: string,
  countryCode: string,
) => ({
  addressId,
  name,
  street: [street],
  city,
  state: null,
  postalCode,
  countryCode,
  email: null,
  phone: null,
})

export const openingCustomers: readonly OpeningCustomer[] = [
  {
    customerNumber: '100042',
    name: 'City of Almere',
    vatId: 'NL001234567B01',
    email: 'invoices@almere.example',
    currency: 'EUR',
    paymentDays: 30,
    creditLimit: '50000.00',
    address: address('100042-0', 'City of Almere', 'Stadhuisplein 1', 'Almere', '1315 HR', 'NL'),
    shipTos: [
      address('100042-1', 'Town hall, goods in', 'Stadhuisplein 1', 'Almere', '1315 HR', 'NL'),
      address('100042-2', 'Library', 'Stadhuisplein 101', 'Almere', '1315 XC', 'NL'),
    ],
  },
  {
    customerNumber: '100077',
    name: 'Havenbedrijf Gent',
    vatId: 'BE0123456749',
    email: null,
    currency: 'EUR',
    paymentDays: 14,
    creditLimit: null,
    address: address('100077-0', 'Havenbedrijf Gent', 'John Kennedylaan 32', 'Gent', '9042', 'BE'),
    shipTos: [address('100077-1', 'Magazijn Noord', 'Kuhlmannlaan 61', 'Gent', '9042', 'BE')],
  },
]
