// Every filter method of the client.
import assert from "node:assert/strict";
import test from "node:test";
import { nobody } from "./client.js";
import { ids, refused, rows, UNKNOWN_FIELD, WRONG_TYPE, BAD_VALUE } from "./expected.js";

const CASES = {
  "eq": [(books) => books.eq("title", "Zero"), ids(1)],
  "eq with what has a meaning in addresses": [(books) => books.eq("title", 'quo"te, (b)'), ids(3)],
  "eq with + & % # and an emoji": [(books) => books.eq("title", "1+1 & 100%#🙂"), ids()],
  "eq of an instant with its zone": [(books) => books.eq("added", "2026-01-01T13:00:00+01:00"), ids(1, 6)],
  "eq of a Date": [(books) => books.eq("added", new Date(Date.UTC(2026, 0, 3, 12)).toISOString()), ids(3)],
  "eq of a boolean": [(books) => books.eq("draft", false), ids(1, 2, 3, 6)],
  "neq": [(books) => books.neq("id", 1), ids(2, 3, 6)],
  "gt": [(books) => books.gt("pages", 120), ids(3)],
  "gte": [(books) => books.gte("price", 9.9), ids(1, 3, 6)],
  "lt": [(books) => books.lt("pages", 120), ids(2)],
  "lte": [(books) => books.lte("added", "2026-01-01T12:00:00Z"), ids(1, 6)],
  "like": [(books) => books.like("title", "%er%"), ids(1, 2, 6)],
  "like with its escape": [(books) => books.like("title", "Z\\_ro"), ids()],
  "likeAllOf": [(books) => books.likeAllOf("title", ["%e%", "%r%"]), ids(1, 2, 6)],
  "likeAnyOf": [(books) => books.likeAnyOf("title", ["Z%", "ä%"]), ids(1, 2)],
  "ilike": [(books) => books.ilike("title", "ÄRG%"), ids(2)],
  "ilikeAllOf": [(books) => books.ilikeAllOf("title", ["Z%", "%O"]), ids(1, 6)],
  "ilikeAnyOf": [(books) => books.ilikeAnyOf("title", ["ZERO", "QUO%"]), ids(1, 3, 6)],
  "regexMatch": [(books) => books.regexMatch("title", "^[Zz]er"), ids(1, 6)],
  "regexIMatch": [(books) => books.regexIMatch("title", "^ZER+O$"), ids(1, 6)],
  "is null": [(books) => books.is("published", null), ids(2, 3, 6)],
  "is true": [(books) => books.is("draft", true), ids()],
  "is false": [(books) => books.is("draft", false), ids(1, 2, 3, 6)],
  "isDistinct": [(books) => books.isDistinct("rating", 4.5), ids(2, 3, 6)],
  "in": [(books) => books.in("id", [1, 2, 77]), ids(1, 2)],
  "in with commas and brackets": [(books) => books.in("title", ["Zero", "a, (b)"]), ids(1)],
  "in nothing": [(books) => books.in("id", []), ids()],
  "notIn": [(books) => books.notIn("genre", ["poem", "essay"]), ids(1, 6)],
  "contains of a list": [(books) => books.contains("tags", ["a"]), ids(1, 6)],
  "contains of JSON": [(books) => books.contains("notes", { deep: { x: ["q"] } }), ids(1)],
  "containedBy of a list": [(books) => books.containedBy("tags", ["a", "b"]), ids(1, 2, 3, 6)],
  "containedBy of JSON": [(books) => books.containedBy("notes", { k: 2, more: true }), ids(6)],
  "overlaps": [(books) => books.overlaps("tags", ["b", "z"]), ids(1, 3)],
  "textSearch": [(books) => books.textSearch("title", "'zero' | 'te'"), ids(1, 3, 6)],
  "textSearch, plain": [(books) => books.textSearch("title", "b QUO", { type: "plain" }), ids(3)],
  "textSearch, phrase": [(books) => books.textSearch("title", "te b", { type: "phrase" }), ids(3)],
  "textSearch, websearch": [(books) => books.textSearch("title", "zero or ärger", { type: "websearch" }), ids(1, 2, 6)],
  "textSearch with a configuration": [(books) => books.textSearch("title", "zero", { config: "simple" }), ids(1, 6)],
  "match": [(books) => books.match({ genre: "novel", pages: 120, title: "zero" }), ids(6)],
  "not": [(books) => books.not("genre", "eq", "novel"), ids(2, 3)],
  "not is null": [(books) => books.not("published", "is", null), ids(1)],
  "not in": [(books) => books.not("id", "in", "(1,2)"), ids(3, 6)],
  "or": [(books) => books.or("id.eq.1,pages.lt.100"), ids(1, 2)],
  "or with and in it": [(books) => books.or("id.eq.6,and(pages.gt.100,rating.eq.3)"), ids(3, 6)],
  "or with quotes": [(books) => books.or('title.eq."quo\\"te, (b)",title.in.("zero")'), ids(3, 6)],
  "filter": [(books) => books.filter("id", "in", "(1,6)"), ids(1, 6)],
  "filter with not": [(books) => books.filter("rating", "not.gt", 3), ids(3, 6)],
  "filter with any": [(books) => books.filter("id", "eq(any)", "{1,3}"), ids(1, 3)],
  "filter of a path into JSON": [(books) => books.eq("notes->>k", "10"), ids(3)],
  "filter of a JSON value": [(books) => books.gt("notes->k", 1), ids(6)],
  "several at once": [(books) => books.gt("id", 1).lt("id", 6).ilike("genre", "P%"), ids(2)],
  "an unknown field": [
    (books) => books.eq("titel", "Zero"),
    refused(400, "Bad Request", UNKNOWN_FIELD, "column books.titel does not exist", { hint: "Did you mean 'title'?" }),
  ],
  "a value of another type": [
    (books) => books.eq("pages", "many"),
    refused(400, "Bad Request", BAD_VALUE, 'invalid input syntax for type bigint: "many"'),
  ],
  "an operator of another type": [
    (books) => books.like("pages", "1%"),
    refused(400, "Bad Request", WRONG_TYPE, "The operator 'like' doesn't fit books.pages, an integer", {
      hint: "Patterns match texts only; compare with eq, gt or lt.",
    }),
  ],
};

for (const [name, [filter, expected]] of Object.entries(CASES)) {
  test(name, async () => assert.deepEqual(await filter(nobody.from("books").select("id").order("id")), expected));
}

test("a filter within an embed by or", async () => {
  const query = nobody.from("authors").select("id, books(id)").order("id");
  const found = await query.or("pages.gt.500,title.eq.Zero", { referencedTable: "books" });
  assert.deepEqual(found, rows([{ id: 1, books: [{ id: 1 }] }, { id: 2, books: [{ id: 3 }] }, { id: 3, books: [] }]));
});
