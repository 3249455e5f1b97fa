import { describe } from 'vitest'
import { killSuite } from '../support/fault-kill-suite.ts'

describe('an order whose processes are killed, jobs carried by PostgreSQL', () => killSuite(undefined))
