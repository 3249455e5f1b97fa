// Payment (a purchasing card) and PaymentTerm (days, discount) (cXML Reference Guide, "Payment", "PaymentTerm").
import { type Amount, amount, type Extrinsic, extrinsic, type PostalAddress, postalAddress } from './elements.ts'
import { many, one, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** `number` is the card's whole number: a secret, never to be shown or logged. */
export interface PCard extends Keeps {
  number: string
  expiration: string
  name?: string
  postalAddress?: PostalAddress
}

export interface Payment extends Keeps {
  pcard?: PCard
}

/** One of the two. */
export interface Discount extends Keeps {
  percent?: { percent: string } & Keeps
  amount?: Amount
}

/** Several of them: 2 % within 10 days, net within 30. */
export interface PaymentTerm extends Keeps {
  payInNumberOfDays: string
  discount?: Discount
  extrinsics?: Extrinsic[]
}

export const pcard = shapeOf<PCard>('PCard', {
  attributes: { number: 'required', expiration: 'required', name: 'optional' },
  children: [one(postalAddress, 'postalAddress')],
})

export const payment = shapeOf<Payment>('Payment', { children: [one(pcard, 'pcard'), 'PaymentToken'] })

const discount = shapeOf<Discount>('Discount', {
  children: [
    one(
      shapeOf<NonNullable<Discount['percent']>>('DiscountPercent', { attributes: { percent: 'required' } }),
      'percent',
    ),
    one(amount('DiscountAmount'), 'amount'),
  ],
})

export const paymentTerm = shapeOf<PaymentTerm>('PaymentTerm', {
  attributes: { payInNumberOfDays: 'required' },
  children: [one(discount, 'discount'), many(extrinsic, 'extrinsics')],
})
