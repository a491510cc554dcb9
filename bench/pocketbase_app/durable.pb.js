// PocketBase opens its database with synchronous=NORMAL, which no setting changes: a commit isn't on the disk when it is
// answered. The benchmark asks for FULL here, before each load, and is told what holds. There is one connection that
// writes, and it stays open unless nothing is written for minutes.
routerAdd("POST", "/bench/durable", (e) => {
  $app.nonconcurrentDB().newQuery("PRAGMA synchronous = FULL").execute()
  const found = new DynamicModel({ synchronous: 0 })
  $app.nonconcurrentDB().newQuery("PRAGMA synchronous").one(found)
  return e.json(200, { synchronous: found.synchronous })
})
