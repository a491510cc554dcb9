// What authors write and customers order. Each is one statement, which asks who may and writes where he may.

const id = { type: 'integer' }
const commentIn = {
  type: 'object',
  additionalProperties: false,
  required: ['body', 'post_id', 'author_id'],
  properties: { body: { type: 'string', minLength: 1, maxLength: 2000 }, post_id: id, author_id: id },
}
const commentOut = {
  type: 'object',
  properties: { id, body: { type: 'string' }, created_at: { type: 'string', format: 'date-time' }, post_id: id, author_id: id },
}
const status = { type: 'string', enum: ['draft', 'published', 'archived'] }
const changes = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: { title: { type: 'string' }, body: { type: 'string' }, published_at: { type: 'string', format: 'date-time' }, status },
}
const postOut = {
  type: 'object',
  properties: {
    id, title: { type: 'string' }, body: { type: 'string' }, published_at: { type: 'string', format: 'date-time' }, score: id, status,
  },
}
const line = {
  type: 'object',
  additionalProperties: false,
  required: ['product_id', 'price'],
  properties: {
    product_id: id,
    price: { type: 'number', minimum: 0, multipleOf: 0.01 },
    quantity: { type: 'integer', minimum: 1, default: 1 },
  },
}
const orderIn = {
  type: 'object',
  additionalProperties: false,
  required: ['lines'],
  properties: { note: { type: 'string', maxLength: 500 }, lines: { type: 'array', minItems: 1, items: line } },
}
const lineOut = { type: 'object', properties: { id, product_id: id, price: { type: 'string' }, quantity: id } }
const orderOut = {
  type: 'object',
  properties: { id, note: { type: 'string' }, status: { type: 'string' }, lines: { type: 'array', items: lineOut } },
}
const params = { type: 'object', properties: { id } }

const createComment = {
  name: 'create-comment',
  text: `insert into comments (body, created_at, post_id, author_id)
         select $1, now(), p.id, a.id from posts p, authors a
         where p.id = $2 and p.status = 'published' and a.id = $3 and a.account_id = $4
         returning id, body, created_at, post_id, author_id`,
}
// Nothing is written unless every row may be.
const createComments = {
  name: 'create-comments',
  text: `with given as (
           select g.body, p.id as post_id, a.id as author_id
           from json_to_recordset($1) as g(body text, post_id bigint, author_id bigint)
           left join posts p on p.id = g.post_id and p.status = 'published'
           left join authors a on a.id = g.author_id and a.account_id = $2)
         insert into comments (body, created_at, post_id, author_id)
         select body, now(), post_id, author_id from given
         where not exists (select from given where post_id is null or author_id is null)`,
}
const createOrder = {
  name: 'create-order',
  text: `with given as (
           select g.*, p.id as found
           from json_to_recordset($1) as g(product_id bigint, price numeric, quantity bigint)
           left join products p on p.id = g.product_id and p.active),
         made as (
           insert into orders (account_id, note, status)
           select $2, $3, 'draft' where not exists (select from given where found is null)
           returning id)
         insert into lines (order_id, product_id, price, quantity)
         select made.id, product_id, price, quantity from made, given
         returning order_id, id, product_id, price, quantity`,
}
const CHANGEABLE = ['title', 'body', 'published_at', 'status']

export function writing(app, account) {
  async function signedIn(request, reply) {
    request.asker = await account(request)
    if (request.asker === null) return reply.code(401).send({ error: 'Sign in first' })
  }

  app.post('/comments', { schema: { body: commentIn, response: { 201: commentOut } }, preHandler: signedIn }, async (request, reply) => {
    const { body, post_id, author_id } = request.body
    const { rows } = await app.pg.query({ ...createComment, values: [body, post_id, author_id, request.asker] })
    if (rows.length === 0) return reply.code(403).send({ error: 'Not in your name, or not published' })
    return reply.code(201).send(rows[0])
  })

  const many = { type: 'array', maxItems: 10000, items: commentIn }
  app.post('/comments/bulk', { schema: { body: many }, preHandler: signedIn }, async (request, reply) => {
    const { rowCount } = await app.pg.query({ ...createComments, values: [JSON.stringify(request.body), request.asker] })
    if (rowCount !== request.body.length) return reply.code(403).send({ error: 'Not in your name, or not published' })
    return reply.code(201).send({ created: rowCount })
  })

  app.patch('/posts/:id', { schema: { params, body: changes, response: { 200: postOut } }, preHandler: signedIn }, async (request, reply) => {
    const given = CHANGEABLE.filter((name) => name in request.body)
    const { rows } = await app.pg.query({
      name: `change-post-${given.join('-')}`,
      text: `update posts set ${given.map((name, number) => `${name} = $${number + 3}`).join(', ')}
             where id = $1 and author_id = (select id from authors where account_id = $2)
             returning id, title, body, published_at, score, status`,
      values: [request.params.id, request.asker, ...given.map((name) => request.body[name])],
    })
    if (rows.length === 0) return reply.code(404).send({ error: 'Post not found' })
    return rows[0]
  })

  app.post('/orders', { schema: { body: orderIn, response: { 201: orderOut } }, preHandler: signedIn }, async (request, reply) => {
    const { note, lines } = request.body
    const { rows } = await app.pg.query({ ...createOrder, values: [JSON.stringify(lines), request.asker, note] })
    if (rows.length === 0) return reply.code(403).send({ error: 'Not for sale' })
    return reply.code(201).send({ id: rows[0].order_id, note, status: 'draft', lines: rows })
  })
}
