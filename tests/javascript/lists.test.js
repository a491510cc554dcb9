// Order, limits, ranges, counts, single rows, CSV.
import assert from "node:assert/strict";
import test from "node:test";
import { nobody } from "./client.js";
import { BAD_RANGE, ids, NOT_SINGLE, refused, rows } from "./expected.js";

const books = (columns = "id", options = {}) => nobody.from("books").select(columns, options);
const authors = (columns) => nobody.from("authors").select(columns).order("id");

const CASES = {
  "order": [books().order("id", { ascending: false }), ids(6, 3, 2, 1)],
  "order by several": [books().order("pages").order("title", { ascending: false }), ids(2, 6, 1, 3)],
  "nulls last": [books().order("rating", { nullsFirst: false }), ids(6, 3, 1, 2)],
  "nulls first": [books().order("rating", { ascending: false, nullsFirst: true }), ids(2, 1, 3, 6)],
  "nulls where PostgreSQL has them": [books().order("rating", { ascending: false }), ids(2, 1, 3, 6)],
  "order by the one it belongs to": [books("id, author(name)").order("author(name)", { ascending: false }).order("id"),
    rows([
      { id: 6, author: { name: "Émile" } },
      { id: 3, author: { name: "Bo" } },
      { id: 1, author: { name: "Ada" } },
      { id: 2, author: { name: "Ada" } },
    ])],
  "order by a path into JSON": [books().in("id", [1, 6]).order("notes->k", { ascending: false }), ids(6, 1)],
  "order within an embed": [
    authors("id, books(id)").order("id", { referencedTable: "books", ascending: false }).eq("id", 1),
    rows([{ id: 1, books: [{ id: 2 }, { id: 1 }] }]),
  ],
  "limit within an embed": [
    authors("id, books(id)").order("id", { foreignTable: "books" }).limit(1, { foreignTable: "books" }).eq("id", 1),
    rows([{ id: 1, books: [{ id: 1 }] }]),
  ],
  "range within an embed": [
    authors("id, books(id)").order("id", { referencedTable: "books" }).range(1, 5, { referencedTable: "books" }).eq("id", 1),
    rows([{ id: 1, books: [{ id: 2 }] }]),
  ],
  "limit": [books().order("id").limit(2), ids(1, 2)],
  "no rows at all": [books().limit(0), ids()],
  "range": [books().order("id").range(1, 2), ids(2, 3)],
  "range beyond the last": [books().order("id").range(10, 20), ids()],
  "count": [books("id", { count: "exact" }).order("id").limit(2), rows([{ id: 1 }, { id: 2 }], { count: 4, status: 206, statusText: "Partial Content" })],
  "count of all": [books("id", { count: "exact" }).lt("id", 3).order("id"), rows([{ id: 1 }, { id: 2 }], { count: 2 })],
  "count of none": [books("id", { count: "exact" }).eq("id", 77), rows([], { count: 0 })],
  "count alone": [books("*", { count: "exact", head: true }).gt("pages", 100), rows(null, { count: 3 })],
  "head alone": [books("*", { head: true }), rows(null)],
  "count with an inner embed": [
    books("id, reviews!inner(stars)", { count: "exact" }).gte("reviews.stars", 4).order("id"),
    rows([{ id: 1, reviews: [{ stars: 5 }] }, { id: 3, reviews: [{ stars: 4 }] }], { count: 2 }),
  ],
  "single": [books("id, title").eq("id", 1).single(), rows({ id: 1, title: "Zero" })],
  "single without nulls": [books("id, rating").eq("id", 2).single().stripNulls(), rows({ id: 2 })],
  "single of none": [
    books().eq("id", 77).single(),
    refused(406, "Not Acceptable", NOT_SINGLE, "Cannot coerce the result to a single JSON object", {
      details: "The result contains 0 rows",
    }),
  ],
  "single of many": [
    books().single(),
    refused(406, "Not Acceptable", NOT_SINGLE, "Cannot coerce the result to a single JSON object", {
      details: "The result contains 4 rows",
    }),
  ],
  "maybeSingle": [books().eq("id", 1).maybeSingle(), rows({ id: 1 })],
  "maybeSingle of none": [books().eq("id", 77).maybeSingle(), rows(null)],
  "CSV": [
    books("id, title, rating, tags, author(name)").order("id").csv(),
    rows(`id,title,rating,tags,author
1,Zero,4.5,"[""a"",""b""]","{""name"":""Ada""}"
2,ärger,,[],"{""name"":""Ada""}"
3,"quo""te, (b)",3,"[""b""]","{""name"":""Bo""}"
6,zero,1e-07,"[""a""]","{""name"":""Émile""}"`),
  ],
  "an offset beyond the counted rows": [
    books("id", { count: "exact" }).range(10, 20),
    refused(416, "Range Not Satisfiable", BAD_RANGE, "Requested range not satisfiable", {
      details: "An offset of 10 was requested, but there are only 4 rows.",
    }),
  ],
};

for (const [name, [query, expected]] of Object.entries(CASES)) {
  test(name, async () => assert.deepEqual(await query, expected));
}

test("maybeSingle of many is the client's own refusal", async () => {
  assert.deepEqual(await books().maybeSingle(), {
    success: false,
    error: {
      code: "PGRST116",
      details: "Results contain 4 rows, application/vnd.pgrst.object+json requires 1 row",
      hint: null,
      message: "JSON object requested, multiple (or no) rows returned",
    },
    data: null,
    count: null,
    status: 406,
    statusText: "Not Acceptable",
  });
});

test("planned and estimated counts are numbers", async () => {
  for (const count of ["planned", "estimated"]) {
    const found = await books("id", { count }).eq("id", 1);
    assert.deepEqual({ ...found, count: typeof found.count }, rows([{ id: 1 }], { count: "number", status: found.status, statusText: found.statusText }));
  }
});
