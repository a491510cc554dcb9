// Functions, refusals, aborted requests.
import assert from "node:assert/strict";
import test from "node:test";
import { ada, nobody, staff, stranger } from "./client.js";
import {
  AMBIGUOUS_RELATION,
  BAD_TOKEN,
  BAD_VALUE,
  FORBIDDEN,
  NOT_ACCEPTABLE,
  NOT_SINGLE,
  refused,
  rows,
  UNAUTHENTICATED,
  UNKNOWN_COLLECTION,
  UNKNOWN_FUNCTION,
  UNKNOWN_RELATION,
} from "./expected.js";

const GENRES = [
  { genre: "essay", pages: 999 },
  { genre: "novel", pages: 251 },
];

const CASES = {
  "a function by POST": [staff.rpc("pages_by_genre", { at_least: 120 }), rows(GENRES)],
  "a function by GET": [staff.rpc("pages_by_genre", { at_least: 120 }, { get: true }), rows(GENRES)],
  "a function by HEAD": [staff.rpc("pages_by_genre", { at_least: 120 }, { head: true }), rows(null)],
  "a function without parameters": [ada.rpc("whoami"), rows({ id: 1, roles: [] })],
  "a function's defaults": [staff.rpc("pages_by_genre"), rows([...GENRES, { genre: "poem", pages: 30 }])],
  "one row of a function": [
    staff.rpc("pages_by_genre", { at_least: 999 }).single(),
    rows({ genre: "essay", pages: 999 }),
  ],
  "one row of a function's many": [
    staff.rpc("pages_by_genre").single(),
    refused(406, "Not Acceptable", NOT_SINGLE, "Cannot coerce the result to a single JSON object", {
      details: "The result contains 3 rows",
    }),
  ],
  "perhaps one row of a function": [staff.rpc("pages_by_genre", { at_least: 1000 }).maybeSingle(), rows(null)],
  "a function as CSV": [
    nobody.rpc("cheap", { most: 1 }).csv(),
    refused(406, "Not Acceptable", NOT_ACCEPTABLE, "Functions answer in JSON", { hint: "Send Accept: application/json." }),
  ],
  "a function for those who are signed in": [
    nobody.rpc("whoami"),
    refused(401, "Unauthorized", UNAUTHENTICATED, "permission denied for function whoami", {
      hint: "Send a token: Authorization: Bearer …",
    }),
  ],
  "a function for staff": [
    ada.rpc("pages_by_genre"),
    refused(403, "Forbidden", FORBIDDEN, "permission denied for function pages_by_genre"),
  ],
  "a function that isn't there": [
    nobody.rpc("cheep"),
    refused(404, "Not Found", UNKNOWN_FUNCTION, "Could not find the function 'cheep'", { hint: "Did you mean 'cheap'?" }),
  ],
  "a parameter that is missing": [
    nobody.rpc("cheap", {}),
    refused(404, "Not Found", UNKNOWN_FUNCTION, "Could not call the function cheap: the parameter 'most' is missing", {
      hint: "Its parameters are: most, limit.",
    }),
  ],
  "a parameter of another type": [
    nobody.rpc("cheap", { most: "much" }),
    refused(400, "Bad Request", BAD_VALUE, 'invalid input syntax for type numeric: "much"', {
      details: "At /most.",
      errors: [{ pointer: "/most", code: "22P02", message: 'invalid input syntax for type numeric: "much"' }],
    }),
  ],
  "a collection that isn't there": [
    nobody.from("book").select(),
    refused(404, "Not Found", UNKNOWN_COLLECTION, "Could not find the collection 'book'", { hint: "Did you mean 'books'?" }),
  ],
  "a collection that is private": [
    nobody.from("vaults").select(),
    refused(404, "Not Found", UNKNOWN_COLLECTION, "Could not find the collection 'vaults'", {
      hint: "Did you mean 'authors'?",
    }),
  ],
  "a collection that only others may read": [
    nobody.from("invoices").select(),
    refused(401, "Unauthorized", UNAUTHENTICATED, "permission denied for invoices", {
      hint: "No rule lets everyone read invoices. Send a token: Authorization: Bearer …",
    }),
  ],
  "one's own rows": [ada.from("invoices").select("id, total"), rows([{ id: 1, total: 12.5 }])],
  "a token that isn't one": [
    stranger.from("books").select(),
    refused(401, "Unauthorized", BAD_TOKEN, "The token is not made of JSON, or has a member twice."),
  ],
  "a relation that isn't there": [
    nobody.from("books").select("id, autor(name)"),
    refused(400, "Bad Request", UNKNOWN_RELATION, "Could not find a relationship between 'books' and 'autor'", {
      details: "'books' has no relation or related collection named 'autor'.",
      hint: "Did you mean 'author'?",
    }),
  ],
  "a relation of two": [
    nobody.from("books").select("id, authors(name)"),
    refused(
      300,
      "Multiple Choices",
      AMBIGUOUS_RELATION,
      "Could not embed because more than one relationship was found for 'books' and 'authors'",
      {
        details: "There are 2 relations to 'authors'.",
        hint: "Try changing 'authors' to one of the following: 'authors!author', 'authors!editor'.",
        choices: [
          { cardinality: "to_one", embedding: "books with Author", relationship: "author" },
          { cardinality: "to_one", embedding: "books with Author", relationship: "editor" },
        ],
      },
    ),
  ],
  "a write that no rule allows": [
    ada.from("books").insert({ title: "New" }),
    refused(403, "Forbidden", FORBIDDEN, "permission denied to create books", {
      hint: "No rule lets anybody create books.",
      rules: [],
    }),
  ],
};

for (const [name, [query, expected]] of Object.entries(CASES)) {
  test(name, async () => assert.deepEqual(await query, expected));
}

test("a request can be aborted", async () => {
  const abort = new AbortController();
  const asked = nobody.rpc("cheap", { most: 5 }, { get: true }).abortSignal(abort.signal).then((reply) => reply);
  abort.abort();
  const { error, ...rest } = await asked;
  assert.deepEqual(rest, { success: false, data: null, count: null, status: 0, statusText: "" });
  assert.equal(error.message, "AbortError: This operation was aborted");
  assert.equal(error.hint, "Request was aborted (timeout or manual cancellation)");
});

test("a request that is not aborted in time is answered", async () => {
  const query = nobody.from("books").select("id").eq("id", 1).abortSignal(AbortSignal.timeout(30_000));
  assert.deepEqual(await query, rows([{ id: 1 }]));
});

test("throwOnError throws the refusal", async () => {
  await assert.rejects(async () => await nobody.from("books").select("titel").throwOnError(), {
    name: "PostgrestError",
    message: "column books.titel does not exist",
    details: null,
    hint: "Did you mean 'title'?",
    code: "42703",
  });
});
