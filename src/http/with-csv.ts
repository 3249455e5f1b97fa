// Makes of a list in JSON the same list as CSV: at `Accept: text/csv`, and at an address that ends in .csv for a link or a spreadsheet.

import type { z } from 'zod'
import type { Reach } from '../accounts/access.ts'
import type { Hub } from '../hub.ts'
import type { Caller } from './authenticate.ts'
import { type Columns, sendCsv } from './csv.ts'
import type { Route } from './route.ts'

interface Table<Q extends z.ZodObject, T> {
  /** orders -> orders.csv */
  name: string
  query: Q
  columns: Columns<T>
  rows(hub: Hub, query: z.output<Q>, reach: Reach): AsyncIterable<readonly T[]>
}

export function withCsv<Q extends z.ZodObject, T>(route: Route, table: Table<Q, T>): Route[] {
  const { name, query, columns } = table
  const send: Route['handle'] = (hub, req, res) =>
    sendCsv(res, `${name}.csv`, columns, table.rows(hub, query.parse(req.query), (res.locals.caller as Caller).reach))
  return [
    {
      ...route,
      handle: (hub, req, res) =>
        (req.accepts(['application/json', 'text/csv']) === 'text/csv' ? send : route.handle)(hub, req, res),
    },
    {
      ...route,
      path: `${route.path}.csv`,
      summary: `${route.summary}, as CSV`,
      api: {
        tag: route.api?.tag ?? '',
        status: 200,
        query,
        produces: 'text/csv',
        description: `Everything the filter lets through, streamed; also at ${route.path} with \`Accept: text/csv\`. A cell that a spreadsheet would run as a formula begins with an apostrophe.`,
      },
      handle: send,
    },
  ]
}
