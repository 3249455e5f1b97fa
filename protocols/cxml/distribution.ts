// Distribution: which accounts of the buyer a line is charged to, and with how much (cXML Reference Guide, "Distribution").
import { checkedShape } from './checked-shape.ts'
import { type Amount, type Description, description, type LocalText, localText, money } from './elements.ts'
import { many, one, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** One coordinate of the account: `id` is its value (`4000`), `name` says what it is (`CostCenter`). */
export interface AccountingSegment extends Keeps {
  id: string
  name: LocalText
  description: Description
}

/** The deprecated form of AccountingSegment, still common: `type` says what it is, `id` is its value. */
export interface Segment extends Keeps {
  type: string
  id: string
  description: string
}

/** The DTD wants segments of one form, at least one. */
export interface Accounting extends Keeps {
  name: string
  segments?: Segment[]
  accountingSegments?: AccountingSegment[]
}

export interface Distribution extends Keeps {
  accounting: Accounting
  /** This account's share of the line, in money. */
  charge: Amount
}

const accountingSegment = shapeOf<AccountingSegment>('AccountingSegment', {
  attributes: { id: 'required' },
  children: [
    one(localText('Name', 'required'), 'name', { required: 'empty' }),
    one(description, 'description', { required: 'empty' }),
  ],
})

const segment = shapeOf<Segment>('Segment', {
  attributes: { type: 'required', id: 'required', description: 'required' },
})

const accounting = checkedShape(
  shapeOf<Accounting>('Accounting', {
    attributes: { name: 'required' },
    children: [many(segment, 'segments'), many(accountingSegment, 'accountingSegments')],
  }),
  ({ segments, accountingSegments }, reader) => {
    if (!segments && !accountingSegments) reader.find('missing', 'AccountingSegment', 'The account has no segments.')
    if (segments && accountingSegments)
      reader.find('repeated', 'Segment', 'The account has segments of both forms; cXML wants one form.')
  },
)

/** Unlike a price, a charge that is missing leaves the order intelligible. */
const charge = shapeOf<Amount>('Charge', { children: [one(money, 'money', { required: 'empty' })] })

export const distribution = shapeOf<Distribution>('Distribution', {
  children: [one(accounting, 'accounting', { required: 'empty' }), one(charge, 'charge', { required: 'empty' })],
})
