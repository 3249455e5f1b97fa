// What the hub's speed is compared with: Express, one INSERT of the same bytes, an answer of the same size. A process of its own.
import express from 'express'
import pg from 'pg'

const [databaseUrl = '', port = '0'] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: databaseUrl, max: 12 })
await pool.query(
  'CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)',
)
const answer = Buffer.alloc(600, 'x')
const app = express()
app.use(express.raw({ type: () => true, limit: '10mb' }))
app.post('/cxml', async (req, res) => {
  await pool.query('INSERT INTO bare (body) VALUES ($1)', [req.body])
  res.type('xml').send(answer)
})
app.listen(Number(port), '127.0.0.1', () => console.log('ready'))
