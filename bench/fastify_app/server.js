// The blog in Fastify with node-postgres.   node server.js

import Fastify from 'fastify'
import jwt from '@fastify/jwt'
import postgres from '@fastify/postgres'
import { writing } from './writing.js'

// Unknown fields are refused, not dropped; 0.01 as a step of prices isn't exact in binary.
const ajv = { customOptions: { removeAdditional: false, multipleOfPrecision: 6 } }
const app = Fastify({ logger: true, ajv })
await app.register(postgres, { connectionString: process.env.DATABASE_URL, max: 10 })
await app.register(jwt, { secret: process.env.JWT_SECRET })

// Schemas of the replies: Fastify compiles them into serialisers, as its documentation recommends.
const author = {
  type: 'object',
  properties: { id: { type: 'integer' }, name: { type: 'string' }, bio: { type: 'string' } },
}
const postFields = {
  id: { type: 'integer' },
  title: { type: 'string' },
  body: { type: 'string' },
  published_at: { type: 'string', format: 'date-time' },
  score: { type: 'integer' },
  status: { type: 'string' },
  author,
}
const post = { type: 'object', properties: postFields }
const comment = {
  type: 'object',
  properties: { id: { type: 'integer' }, body: { type: 'string' }, created_at: { type: 'string', format: 'date-time' }, author },
}
const thread = { type: 'object', properties: { ...postFields, comments: { type: 'array', items: comment } } }
const params = { type: 'object', properties: { id: { type: 'integer' } } }

const POST_COLUMNS = `p.id, p.title, p.body, p.published_at, p.score, p.status,
  a.id as author_id, a.name as author_name, a.bio as author_bio`

function withAuthor({ author_id, author_name, author_bio, ...row }) {
  return { ...row, author: { id: author_id, name: author_name, bio: author_bio } }
}

// Who is signed in, from the token's claims; null for nobody.
async function account(request) {
  if (!request.headers.authorization) return null
  const claims = await request.jwtVerify()
  return Number(claims.sub)
}

// Named statements are prepared once a connection (node-postgres documents them for what runs often). They come in two
// sets: nobody sees published posts, who is signed in also sees his own. The account is always the last parameter.
function statements(who, visible) {
  const named = (name, text) => ({ name: `${who}-${name}`, text })
  const posts = `select ${POST_COLUMNS} from posts p join authors a on a.id = p.author_id`
  const newest = 'order by p.published_at desc limit $2'
  return {
    post: named('post', `${posts} where p.id = $1 and ${visible('$2')}`),
    byScore: named('by-score', `${posts} where p.score >= $1 and ${visible('$3')} ${newest}`),
    byAuthor: named('by-author', `${posts} where p.author_id = $1 and ${visible('$3')} ${newest}`),
    count: named('count', `select count(*) from posts p where p.score >= $1 and ${visible('$2')}`),
  }
}

const forNobody = statements('nobody', () => `p.status = 'published'`)
const forAccount = statements(
  'account',
  (account) => `(p.status = 'published' or p.author_id = (select id from authors where account_id = ${account}))`,
)
const comments = {
  name: 'comments',
  text: `select c.id, c.body, c.created_at, a.id as author_id, a.name as author_name, a.bio as author_bio
         from comments c join authors a on a.id = c.author_id where c.post_id = $1 order by c.id`,
}

function ask(name, asker, ...values) {
  return asker === null
    ? app.pg.query({ ...forNobody[name], values })
    : app.pg.query({ ...forAccount[name], values: [...values, asker] })
}

const listQuery = {
  type: 'object',
  properties: {
    min_score: { type: 'integer' },
    author_id: { type: 'integer' },
    limit: { type: 'integer', default: 20, minimum: 1, maximum: 100 },
  },
}

app.get('/posts', { schema: { querystring: listQuery, response: { 200: { type: 'array', items: post } } } }, async (request) => {
  const { min_score, author_id, limit } = request.query
  const asker = await account(request)
  const { rows } = author_id === undefined
    ? await ask('byScore', asker, min_score ?? 0, limit)
    : await ask('byAuthor', asker, author_id, limit)
  return rows.map(withAuthor)
})

const countReply = { type: 'object', properties: { count: { type: 'integer' } } }

app.get('/posts/count', { schema: { querystring: listQuery, response: { 200: countReply } } }, async (request) => {
  const { rows } = await ask('count', await account(request), request.query.min_score ?? 0)
  return rows[0]
})

app.get('/posts/:id', { schema: { params, response: { 200: post } } }, async (request, reply) => {
  const { rows } = await ask('post', await account(request), request.params.id)
  if (rows.length === 0) return reply.code(404).send({ error: 'Post not found' })
  return withAuthor(rows[0])
})

app.get('/posts/:id/thread', { schema: { params, response: { 200: thread } } }, async (request, reply) => {
  const asker = await account(request)
  const [found, replies] = await Promise.all([
    ask('post', asker, request.params.id),
    app.pg.query({ ...comments, values: [request.params.id] }),
  ])
  if (found.rows.length === 0) return reply.code(404).send({ error: 'Post not found' })
  return { ...withAuthor(found.rows[0]), comments: replies.rows.map(withAuthor) }
})

writing(app, account)

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
