// PunchOutSetupResponse: the StartPage to open in the buyer's browser.
import { type Link, link } from './elements.ts'
import { one, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface PunchOutSetupResponse extends Keeps {
  type: 'PunchOutSetupResponse'
  startPage: Link
}

export const punchOutSetupResponse = shapeOf<PunchOutSetupResponse>('PunchOutSetupResponse', {
  constants: { type: 'PunchOutSetupResponse' },
  children: [one(link('StartPage'), 'startPage', { required: 'refuse' })],
})
