// `npm run bench`: what the hub costs, as ratios against something named, measured in the same run. Not a test: no time limit.
import { benchCxml } from './cxml.ts'
import { benchHttp } from './http.ts'

console.log('Codecs: milliseconds per pass, median; ratio = ours / bare library on the same bytes (less is better)\n')
const codec = await benchCxml()
console.table(
  codec.map((r) => ({
    what: r.name,
    ours: r.ours.toFixed(2),
    bare: r.theirs.toFixed(2),
    unit: r.unit,
    ratio: (r.ours / r.theirs).toFixed(2),
  })),
)

console.log(
  '\nPunchOutSetupRequest -> PunchOutSetupResponse over HTTP; bare = Express with one INSERT; ratio = hub / bare throughput (more is better)\n',
)
const rows = await benchHttp()
console.table(
  rows.map((r) => {
    const bare = rows.find((b) => b.side === 'bare' && b.connections === r.connections)
    const ratio = r.side === 'hub' && bare ? (r.perSecond / bare.perSecond).toFixed(2) : ''
    return {
      connections: r.connections,
      side: r.side,
      'req/s': Math.round(r.perSecond),
      'p50 ms': r.p50,
      'p99 ms': r.p99,
      failed: r.failed,
      'resident MB': r.residentMb,
      ratio,
    }
  }),
)
