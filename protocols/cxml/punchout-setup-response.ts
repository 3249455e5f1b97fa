// PunchOutSetupResponse: the StartPage to open in the buyer's browser.
import type { Link } from './elements.ts'
import type { Keeps } from './xml-element.ts'

export interface PunchOutSetupResponse extends Keeps {
  type: 'PunchOutSetupResponse'
  startPage: Link
}
