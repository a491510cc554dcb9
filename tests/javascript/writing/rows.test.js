// Inserts, upserts, updates and deletes. Each case runs after the one before it and tells what it leaves behind.
import assert from "node:assert/strict";
import test from "node:test";
import { ada, nobody, staff } from "../client.js";
import { NOT_SINGLE, refused, rows, UNAUTHENTICATED } from "../expected.js";

const created = (data, rest = {}) => rows(data, { status: 201, statusText: "Created", ...rest });
const done = (rest = {}) => rows(null, { status: 204, statusText: "No Content", ...rest });

const place = (room, number, rest = {}) => ({ room, number, taken: false, note: null, ...rest });
const NOT_ONE = (count) =>
  refused(406, "Not Acceptable", NOT_SINGLE, "Cannot coerce the result to a single JSON object", {
    details: `The result contains ${count} rows`,
  });
const TOO_MANY = ["too-many-affected", "More rows would change than the request allows", "PGRST124"];
const UNFILTERED = ["unfiltered", "No filter says which rows are meant", "21000"];

const places = (client = nobody) => client.from("places");
const inRoom = (room) => places().select("number,taken").eq("room", room).order("number");

const CASES = {
  "one row": [() => places().insert({ room: "B", number: 1 }), created(null)],
  "one row, shown": [() => places().insert({ room: "B", number: 2 }).select(), created([place("B", 2)])],
  "one row as an object": [
    () => places().insert({ room: "B", number: 3 }).select("number").single(),
    created({ number: 3 }),
  ],
  "several rows, one with more": [
    () => places().insert([{ room: "B", number: 4 }, { room: "B", number: 5, note: "x" }]).select("number,note"),
    created([{ number: 4, note: null }, { number: 5, note: "x" }]),
  ],
  "several rows, counted": [
    () => places().insert([{ room: "B", number: 6 }, { room: "B", number: 7 }], { count: "exact" }),
    created(null, { count: 2 }),
  ],
  "what a row lacks is its default": [
    () =>
      ada
        .from("tags")
        .insert([{ slug: "b", title: "B" }, { slug: "c", title: "C", colour: "red" }], { defaultToNull: false })
        .select("slug,colour"),
    created([{ slug: "b", colour: "grey" }, { slug: "c", colour: "red" }]),
  ],
  "embeds of what was made": [
    () =>
      ada
        .from("tasks")
        .insert({ project_id: 1, title: "paint" })
        .select("title,project(name,tasks(title))")
        .order("title", { referencedTable: "project.tasks" })
        .single(),
    created({ title: "paint", project: { name: "Boat", tasks: [{ title: "glue" }, { title: "paint" }, { title: "saw" }] } }),
  ],
  "csv of what was made": [
    () => places().insert([{ room: "B", number: 8 }, { room: "B", number: 9 }]).select("room,number").csv(),
    created("room,number\nB,8\nB,9"),
  ],
  "two rows where one is asked for": [
    () => places().insert([{ room: "C", number: 1 }, { room: "C", number: 2 }]).select().single(),
    NOT_ONE(2),
  ],
  "… are not kept": [() => inRoom("C"), rows([])],
  "by nobody": [
    () => nobody.from("tags").insert({ slug: "d", title: "D" }),
    refused(401, "Unauthorized", UNAUTHENTICATED, "permission denied to create tags", {
      hint: "No rule lets everyone create tags. Send a token: Authorization: Bearer …",
    }),
  ],

  "an upsert of a row that is there": [
    () => places().upsert({ room: "B", number: 1, taken: true }).select("number,taken"),
    rows([{ number: 1, taken: true }]),
  ],
  "an upsert of both kinds": [
    () => places().upsert([{ room: "B", number: 1, taken: false }, { room: "B", number: 10, taken: true }]).select("number"),
    created([{ number: 1 }, { number: 10 }]),
  ],
  "an upsert by what is unique": [
    () => ada.from("projects").upsert({ name: "Boat", budget: 7 }, { onConflict: "name" }).select("id,budget").single(),
    rows({ id: 1, budget: 7 }),
  ],
  "duplicates that are passed over": [
    () =>
      places()
        .upsert([{ room: "B", number: 1, taken: true }, { room: "B", number: 11, taken: true }], { ignoreDuplicates: true })
        .select("number"),
    created([{ number: 11 }]),
  ],
  "an upsert, counted": [
    () => places().upsert([{ room: "B", number: 1, taken: false }], { count: "exact" }),
    rows(null, { count: 1 }),
  ],

  "an update": [() => places().update({ note: "y" }).eq("room", "B").gt("number", 9), done()],
  "an update, shown and ordered": [
    () => places().update({ note: "z" }).eq("note", "y").select("number,note").order("number", { ascending: false }),
    rows([{ number: 11, note: "z" }, { number: 10, note: "z" }]),
  ],
  "an update, counted": [
    () => places().update({ note: "w" }, { count: "exact" }).eq("note", "z"),
    done({ count: 2 }),
  ],
  "an update of one": [
    () => places().update({ note: null }).match({ room: "B", number: 10 }).select("number,note").single(),
    rows({ number: 10, note: null }),
  ],
  "an update of none where one is expected": [
    () => places().update({ note: "v" }).eq("number", 99).select().single(),
    NOT_ONE(0),
  ],
  "an update of perhaps one": [
    () => places().update({ note: "v" }).eq("number", 99).select().maybeSingle(),
    rows(null),
  ],
  "an update with embeds": [
    () => ada.from("tasks").update({ points: 5 }).eq("id", 1).select("points,...project(project:name)").single(),
    rows({ points: 5, project: "Boat" }),
  ],
  "an update of no more than": [
    () => places().update({ taken: true }).eq("room", "B").maxAffected(2),
    refused(400, "Bad Request", TOO_MANY, "Query result exceeds max-affected preference constraint", {
      details: "The query affects 11 rows",
    }),
  ],
  "an update of everything by mistake": [
    () => places().update({ taken: true }),
    refused(400, "Bad Request", UNFILTERED, "No filter says which of places are meant", {
      hint: "For all of them write one that always holds: room=not.is.null",
    }),
  ],
  "an update that is undone": [
    () => places().update({ note: "gone" }).eq("room", "B").lte("number", 2).select("note").rollback(),
    rows([{ note: "gone" }, { note: "gone" }]),
  ],
  "… left nothing": [() => places().select("number").eq("note", "gone"), rows([])],

  "a deletion": [() => places().delete().match({ room: "B", number: 11 }), done()],
  "a deletion, shown": [
    () => places().delete().eq("room", "B").gte("number", 9).select("number").order("number"),
    rows([{ number: 9 }, { number: 10 }]),
  ],
  "a deletion, counted": [
    () => places().delete({ count: "exact" }).eq("room", "B").gte("number", 7),
    done({ count: 2 }),
  ],
  "a deletion of no more than": [
    () => places().delete().eq("room", "B").maxAffected(9).select("number").order("number"),
    rows([1, 2, 3, 4, 5, 6].map((number) => ({ number }))),
  ],
  "a deletion of what others point at": [
    async () => {
      const { error, status } = await ada.from("projects").delete().eq("id", 1);
      return { code: error.code, status };
    },
    { code: "23503", status: 409 },
  ],
  "a wish, which only staff may read": [() => nobody.from("wishes").insert({ text: "tea" }), created(null)],
  "… and does": [() => staff.from("wishes").select("text").order("id"), rows([{ text: "coffee" }, { text: "tea" }])],
};

for (const [name, [ask, expected]] of Object.entries(CASES)) {
  test(name, async () => assert.deepEqual({ ...(await ask()) }, expected));
}
