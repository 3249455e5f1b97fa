// What Demo Office Supplies sells. Invented products; the odd ones are there to show what punchouts stumble over.
import type { CartLine } from '../cart.ts'
import { compareDecimals } from '../money.ts'

export interface Product {
  sku: string
  /** What a requisition shows; OCI has 40 characters for it. */
  name: string
  text: string
  icon: 'pen' | 'paper' | 'desk' | 'chair' | 'drop' | 'cup' | 'tool' | 'screen' | 'box' | 'lamp' | 'aid'
  /** Net price from a quantity on, rising. Decimal text, EUR. */
  prices: { from: string; price: string }[]
  /** The prices are for this many units. */
  priceUnit?: string
  /** UN/CEFACT Recommendation 20. */
  unit: string
  unitName: string
  decimals?: number
  unspsc: string
  eclass: string
  maker: string
  makerPart: string
  leadTimeDays: number
  /** What can be had now. */
  stock: string
  taxPercent: '21' | '9'
  service?: boolean
  /** A choice makes a line of its own: its key stands in the SupplierPartAuxiliaryID. */
  options?: { key: string; name: string; add: string }[]
  /** A bundle: its parts go along as lines under it. */
  parts?: { sku: string; quantity: string }[]
}

const one = (price: string) => [{ from: '1', price }]

export const catalogue: readonly Product[] = [
  {
    sku: '00123',
    name: 'Ballpoint pen blue, box of 50',
    text: 'Medium tip, document-proof ink. The leading zeros of its number have to survive the whole way.',
    icon: 'pen',
    prices: [
      { from: '1', price: '10.50' },
      { from: '10', price: '9.90' },
    ],
    unit: 'BX',
    unitName: 'box',
    unspsc: '44121704',
    eclass: '24330101',
    maker: 'Schrijfgoed',
    makerPart: 'SG-050-BL',
    leadTimeDays: 1,
    stock: '480',
    taxPercent: '21',
  },
  {
    sku: '00200',
    name: 'Copy paper A4 80 g, 500 sheets',
    text: 'White, for printers and copiers, EU Ecolabel. Cheaper from 40 reams on: a pallet layer.',
    icon: 'paper',
    prices: [
      { from: '1', price: '4.25' },
      { from: '40', price: '3.80' },
    ],
    unit: 'RM',
    unitName: 'ream',
    unspsc: '14111507',
    eclass: '24240201',
    maker: 'Papierhof',
    makerPart: 'PH-A4-80',
    leadTimeDays: 2,
    stock: '6400',
    taxPercent: '21',
  },
  {
    sku: '0047',
    name: 'Whiteboard marker set, 4 colours',
    text: 'Black, blue, red and green, bullet tip, refillable.',
    icon: 'pen',
    prices: one('6.10'),
    unit: 'SET',
    unitName: 'set',
    unspsc: '44121708',
    eclass: '24330105',
    maker: 'Schrijfgoed',
    makerPart: 'SG-WB4',
    leadTimeDays: 1,
    stock: '150',
    taxPercent: '21',
  },
  {
    sku: 'TN-2420',
    name: 'Toner black, 3,000 pages',
    text: 'For the laser printers of the town hall. Empty cartridges go back with the next delivery.',
    icon: 'drop',
    prices: one('64.95'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '44103103',
    eclass: '24140301',
    maker: 'Drukwerk',
    makerPart: 'DW2420BK',
    leadTimeDays: 3,
    stock: '36',
    taxPercent: '21',
  },
  {
    sku: 'DESK-SIT-STAND',
    name: 'Sit-stand desk, made to order',
    text: 'Electric, 62 to 128 cm high. Width and top are chosen here; the choice is part of the line, so that two desks of different make stay two lines.',
    icon: 'desk',
    prices: one('449.00'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '56101703',
    eclass: '24260101',
    maker: 'Werkplek',
    makerPart: 'WP-SS',
    leadTimeDays: 21,
    stock: '25',
    taxPercent: '21',
    options: [
      { key: 'white-140', name: 'white, 140 cm', add: '0.00' },
      { key: 'white-160', name: 'white, 160 cm', add: '35.00' },
      { key: 'oak-160', name: 'oak, 160 cm', add: '62.50' },
      { key: 'oak-180', name: 'oak, 180 cm', add: '98.00' },
    ],
  },
  {
    sku: 'CHAIR-210',
    name: 'Office chair, mesh back',
    text: 'EN 1335, adjustable arm and lumbar rests, castors for hard floors.',
    icon: 'chair',
    prices: one('219.00'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '56112102',
    eclass: '24260301',
    maker: 'Werkplek',
    makerPart: 'WP-M210',
    leadTimeDays: 10,
    stock: '40',
    taxPercent: '21',
  },
  {
    sku: 'SET-WORKPLACE',
    name: 'Workplace bundle',
    text: 'A chair, a desk lamp and two document trays at one price. It returns as a composite line with its parts below it.',
    icon: 'box',
    prices: one('265.00'),
    unit: 'SET',
    unitName: 'set',
    unspsc: '56101700',
    eclass: '24260100',
    maker: 'Demo Office Supplies',
    makerPart: 'SET-1',
    leadTimeDays: 10,
    stock: '20',
    taxPercent: '21',
    parts: [
      { sku: 'CHAIR-210', quantity: '1' },
      { sku: 'LED-12', quantity: '1' },
      { sku: '000815', quantity: '2' },
    ],
  },
  {
    sku: 'LED-12',
    name: 'Desk lamp LED 12 W, dimmable',
    text: 'Warm to neutral white, clamp or foot, energy class C.',
    icon: 'lamp',
    prices: one('38.40'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '39111514',
    eclass: '27110701',
    maker: 'Lichtlijn',
    makerPart: 'LL-12D',
    leadTimeDays: 4,
    stock: '75',
    taxPercent: '21',
  },
  {
    sku: '000815',
    name: 'Document tray A4, stackable',
    text: 'Recycled polystyrene, grey.',
    icon: 'box',
    prices: one('3.15'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '44111515',
    eclass: '24320301',
    maker: 'Ordelijk',
    makerPart: 'OD-815',
    leadTimeDays: 2,
    stock: '900',
    taxPercent: '21',
  },
  {
    sku: 'CLN-5L',
    name: 'All-purpose cleaner, 5 litres',
    text: 'Concentrate, unscented, EU Ecolabel.',
    icon: 'drop',
    prices: one('18.75'),
    unit: 'CA',
    unitName: 'canister',
    unspsc: '47131803',
    eclass: '30070101',
    maker: 'Helder',
    makerPart: 'H-AP5',
    leadTimeDays: 2,
    stock: '210',
    taxPercent: '21',
  },
  {
    sku: 'STPL-26-6',
    name: 'Staples 26/6',
    text: 'Galvanised. Priced per 1,000 staples: the price of one would not fit into two decimals.',
    icon: 'box',
    prices: one('0.89'),
    priceUnit: '1000',
    unit: 'C62',
    unitName: 'pieces',
    unspsc: '44122107',
    eclass: '24310901',
    maker: 'Ordelijk',
    makerPart: 'OD-266',
    leadTimeDays: 1,
    stock: '500000',
    taxPercent: '21',
  },
  {
    sku: 'CAFÉ-03',
    name: 'Café crème “Ωmega” ☕ beans 1 kg',
    text: 'Medium roast for automatic machines. Its name and number hold signs that not every system can take.',
    icon: 'cup',
    prices: one('14.20'),
    unit: 'KGM',
    unitName: 'kg',
    decimals: 1,
    unspsc: '50201706',
    eclass: '16040101',
    maker: 'Brânderij Zuid',
    makerPart: 'BZ-Ω-1',
    leadTimeDays: 3,
    stock: '85.5',
    taxPercent: '9',
  },
  {
    sku: 'KBD-ERGO-NL-2026',
    name: 'Keyboard, ergonomic, split, US international layout with euro sign, quiet switches, detachable cable 1.8 m, palm rest of recycled foam, spare key caps, tilt feet and a tool to lift the caps, for Windows, macOS and Linux, in a box without plastic, guaranteed for three years on site',
    text: 'A name that no requisition has room for. The hub says what each system would cut, before the cart leaves.',
    icon: 'screen',
    prices: one('129.00'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '43211706',
    eclass: '19060101',
    maker: 'Toetswerk',
    makerPart: 'TW-ES26',
    leadTimeDays: 5,
    stock: '60',
    taxPercent: '21',
  },
  {
    sku: 'AID-DIN-13157',
    name: 'First-aid kit DIN 13157',
    text: 'With wall bracket, contents until 2031.',
    icon: 'aid',
    prices: one('42.00'),
    unit: 'C62',
    unitName: 'piece',
    unspsc: '42172001',
    eclass: '34080101',
    maker: 'Hulpvaardig',
    makerPart: 'HV-13157',
    leadTimeDays: 2,
    stock: '55',
    taxPercent: '21',
  },
  {
    sku: 'SRV-ASSEMBLY',
    name: 'Assembly of furniture, per hour',
    text: 'A fitter at your place, tools and travel included. A service: it is not delivered, it is done.',
    icon: 'tool',
    prices: one('58.00'),
    unit: 'HUR',
    unitName: 'hour',
    decimals: 2,
    unspsc: '72154066',
    eclass: '25140101',
    maker: 'Demo Office Supplies',
    makerPart: 'ASM-H',
    leadTimeDays: 7,
    stock: '320',
    taxPercent: '21',
    service: true,
  },
]

const bySku = new Map(catalogue.map((product) => [product.sku, product]))

export function findProduct(sku: string): Product | undefined {
  return bySku.get(sku)
}

/** Products whose texts hold every word; all of them for an empty search. */
export function searchCatalogue(words: string): Product[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return catalogue.filter((p) => {
    const text = [p.sku, p.name, p.text, p.maker, p.makerPart, p.unspsc].join(' ').toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

/** Net price at a quantity (decimal text). */
export function priceAt(product: Product, quantity: string): string {
  const reached = product.prices.filter((p) => compareDecimals(quantity, p.from) >= 0)
  return (reached.at(-1) ?? product.prices[0])?.price ?? '0.00'
}

/** Whether this may be ordered: a number above zero with no more decimals than the product is sold in. */
export function isQuantity(product: Pick<Product, 'decimals'> | undefined, text: string): boolean {
  const decimals = product?.decimals ?? (product ? 0 : 3)
  const [, fraction = ''] = /^\d{1,7}(?:\.(\d{1,3}))?$/.exec(text) ?? ['', 'xxxx']
  return fraction.replace(/0+$/, '').length <= decimals && /[1-9]/.test(text) && fraction !== 'xxxx'
}

/** What the product says of itself in a cart, without price and quantity. */
export function describe(product: Product): Omit<CartLine, 'quantity' | 'unitPrice'> {
  return {
    supplierPartId: product.sku,
    description: product.name,
    shortName: product.name.length > 40 ? undefined : product.name,
    longText: product.text,
    language: 'en',
    priceUnit: product.priceUnit,
    unitOfMeasure: product.unit,
    classifications: [
      { domain: 'UNSPSC', code: product.unspsc },
      { domain: 'ECLASS', code: product.eclass },
    ],
    manufacturerName: product.maker,
    manufacturerPartId: product.makerPart,
    leadTimeDays: product.leadTimeDays,
    service: product.service,
  }
}
