// ScheduleLine and ReleaseInfo: a line's deliveries in several parts, and what a release of an agreement says of it
// (cXML Reference Guide, "ScheduleLine", "ReleaseInfo").
import { type Extrinsic, extrinsic, type ShipTo, shipTo } from './elements.ts'
import { many, one, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface ScheduleLineReleaseInfo extends Keeps {
  /** `firm` | `tradeoff` | `forecast` */
  commitmentCode: string
  cumulativeScheduledQuantity: string
  receivedQuantity?: string
  unitOfMeasure: string
}

/** So many on that day. */
export interface ScheduleLine extends Keeps {
  quantity: string
  requestedDeliveryDate: string
  lineNumber?: string
  /** ISO 8601 duration. */
  deliveryWindow?: string
  requestedShipmentDate?: string
  originalRequestedDeliveryDate?: string
  /** `backlog` | `immediate` | `forecast` */
  type?: string
  statisticalDeliveryDate?: string
  unitOfMeasure: string
  releaseInfo?: ScheduleLineReleaseInfo
  shipTo?: ShipTo
  extrinsics?: Extrinsic[]
}

export interface ReleaseInfo extends Keeps {
  /** `forecast` | `jit` */
  releaseType: string
  cumulativeReceivedQuantity: string
  releaseNumber?: string
  productionGoAheadEndDate?: string
  materialGoAheadEndDate?: string
  unitOfMeasure: string
  extrinsics?: Extrinsic[]
}

const unitOfMeasure = text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true })

export const scheduleLine = shapeOf<ScheduleLine>('ScheduleLine', {
  attributes: {
    quantity: 'required',
    requestedDeliveryDate: 'required',
    lineNumber: 'optional',
    deliveryWindow: 'optional',
    requestedShipmentDate: 'optional',
    originalRequestedDeliveryDate: 'optional',
    type: 'optional',
    statisticalDeliveryDate: 'optional',
  },
  children: [
    unitOfMeasure,
    one(
      shapeOf<ScheduleLineReleaseInfo>('ScheduleLineReleaseInfo', {
        attributes: {
          commitmentCode: 'required',
          cumulativeScheduledQuantity: 'required',
          receivedQuantity: 'optional',
        },
        children: [unitOfMeasure],
      }),
      'releaseInfo',
    ),
    'SubcontractingComponent',
    one(shipTo, 'shipTo'),
    'ScheduleLineIndustry',
    many(extrinsic, 'extrinsics'),
  ],
})

export const releaseInfo = shapeOf<ReleaseInfo>('ReleaseInfo', {
  attributes: {
    releaseType: 'required',
    cumulativeReceivedQuantity: 'required',
    releaseNumber: 'optional',
    productionGoAheadEndDate: 'optional',
    materialGoAheadEndDate: 'optional',
  },
  children: [unitOfMeasure, 'ShipNoticeReleaseInfo', many(extrinsic, 'extrinsics')],
})
