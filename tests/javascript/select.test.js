// What the client selects: fields, aliases, casts, paths into JSON, embeds, spreads, aggregates; who may see what.
import assert from "node:assert/strict";
import test from "node:test";
import { ada, nobody, staff } from "./client.js";
import { ids, rows } from "./expected.js";

const books = () => nobody.from("books");
const authors = () => nobody.from("authors");

const CASES = {
  "all fields": [
    books().select().eq("id", 1),
    rows([
      {
        id: 1,
        title: "Zero",
        genre: "novel",
        price: 9.9,
        pages: 120,
        rating: 4.5,
        draft: false,
        published: "2020-01-01",
        added: "2026-01-01T12:00:00+00:00",
        tags: ["a", "b"],
        notes: { k: 1, deep: { x: ["p", "q"] } },
        cover: null,
        author_id: 1,
        editor_id: 2,
        sequel_of_id: null,
        stars: 8,
      },
    ]),
  ],
  "some fields, with white space": [
    books().select("id,  title\n").eq("id", 2),
    rows([{ id: 2, title: "ärger" }]),
  ],
  "all that anybody may see of an author": [
    authors().select().order("id"),
    rows([
      { id: 1, name: "Ada", born: "1980-05-01" },
      { id: 2, name: "Bo", born: null },
      { id: 3, name: "Émile", born: "1840-04-02" },
    ]),
  ],
  "what an author sees of herself and of others": [
    ada.from("authors").select("name, email").order("id"),
    rows([
      { name: "Ada", email: "ada@x.org" },
      { name: "Bo", email: null },
      { name: "Émile", email: null },
    ]),
  ],
  "what staff sees": [
    staff.from("authors").select("name, email").order("id"),
    rows([
      { name: "Ada", email: "ada@x.org" },
      { name: "Bo", email: "bo@x.org" },
      { name: "Émile", email: null },
    ]),
  ],
  "rows that nobody but she may see": [ada.from("books").select("id").order("id"), ids(1, 2, 3, 4, 6)],
  "aliases": [books().select("heading:title, n:id").eq("id", 3), rows([{ heading: 'quo"te, (b)', n: 3 }])],
  "casts": [
    books().select("price::text, pages::text, euros:price::int").eq("id", 1),
    rows([{ price: "9.90", pages: "120", euros: 10 }]),
  ],
  "paths into JSON": [
    books().select("id, notes->k, first:notes->deep->x->0, text:notes->deep->x->>1").in("id", [1, 3]).order("id"),
    rows([
      { id: 1, k: 1, first: "p", text: "q" },
      { id: 3, k: "10", first: null, text: null },
    ]),
  ],
  "exact decimals as text": [books().select("price::text").eq("id", 3), rows([{ price: "100.00" }])],
  "bytes": [books().select("cover").eq("id", 3), rows([{ cover: "\\x00ff" }])],
  "a computed field": [books().select("id, stars").gt("stars", 0).order("id"), rows([{ id: 1, stars: 8 }, { id: 3, stars: 4 }])],
  "without nulls": [
    books().select("id, rating, editor(name)").in("id", [1, 2]).order("id").stripNulls(),
    rows([{ id: 1, rating: 4.5, editor: { name: "Bo" } }, { id: 2 }]),
  ],
  "the one a row belongs to": [
    books().select("id, author(name)").order("id").limit(2),
    rows([
      { id: 1, author: { name: "Ada" } },
      { id: 2, author: { name: "Ada" } },
    ]),
  ],
  "none it belongs to": [books().select("id, editor(name)").eq("id", 2), rows([{ id: 2, editor: null }])],
  "the many that belong to it": [
    authors().select("name, books(id, reviews(stars))").order("id"),
    rows([
      { name: "Ada", books: [{ id: 1, reviews: [{ stars: 5 }, { stars: 3 }] }, { id: 2, reviews: [] }] },
      { name: "Bo", books: [{ id: 3, reviews: [{ stars: 4 }] }] },
      { name: "Émile", books: [{ id: 6, reviews: [] }] },
    ]),
  ],
  "many to many": [
    nobody.from("shelves").select("name, books(title)").order("name"),
    rows([
      { name: "empty", books: [] },
      { name: "left", books: [{ title: "Zero" }, { title: "ärger" }] },
      { name: "right", books: [{ title: "Zero" }, { title: 'quo"te, (b)' }] },
    ]),
  ],
  "to itself, both ways": [
    books().select("id, sequels(id), sequel_of(title)").in("id", [1, 2]).order("id"),
    rows([
      { id: 1, sequels: [{ id: 2 }], sequel_of: null },
      { id: 2, sequels: [], sequel_of: { title: "Zero" } },
    ]),
  ],
  "a collection with a hint, under an alias": [
    books().select("who:authors!editor(name)").eq("id", 1),
    rows([{ who: { name: "Bo" } }]),
  ],
  "only rows that have one": [
    books().select("id, author!inner(name)").eq("author.name", "Bo"),
    rows([{ id: 3, author: { name: "Bo" } }]),
  ],
  "a filter within an embed": [
    authors().select("id, books(id)").lt("books.pages", 100).order("id"),
    rows([
      { id: 1, books: [{ id: 2 }] },
      { id: 2, books: [] },
      { id: 3, books: [] },
    ]),
  ],
  "rows that have none": [books().select("id, reviews()").is("reviews", null).order("id"), ids(2, 6)],
  "rows that have some": [books().select("id, reviews()").not("reviews", "is", null).order("id"), ids(1, 3)],
  "a spread of one": [
    books().select("id, ...author(writer:name, born)").eq("id", 1),
    rows([{ id: 1, writer: "Ada", born: "1980-05-01" }]),
  ],
  "a spread of many": [
    authors().select("name, ...books(numbers:id)").order("id"),
    rows([
      { name: "Ada", numbers: [1, 2] },
      { name: "Bo", numbers: [3] },
      { name: "Émile", numbers: [6] },
    ]),
  ],
  "a count": [books().select("count()"), rows([{ count: 4 }])],
  "aggregates in groups": [
    books().select("genre, pages.sum(), dearest:price.max(), n:id.count()").order("genre"),
    rows([
      { genre: "essay", sum: 999, dearest: 100, n: 1 },
      { genre: "novel", sum: 240, dearest: 9.9, n: 2 },
      { genre: "poem", sum: 30, dearest: 0.05, n: 1 },
    ]),
  ],
  "an aggregate of an embed": [
    authors().select("name, books(count())").order("id"),
    rows([
      { name: "Ada", books: [{ count: 2 }] },
      { name: "Bo", books: [{ count: 1 }] },
      { name: "Émile", books: [{ count: 1 }] },
    ]),
  ],
};

for (const [name, [query, expected]] of Object.entries(CASES)) {
  test(name, async () => assert.deepEqual(await query, expected));
}
