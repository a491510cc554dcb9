// @supabase/postgrest-js, unmodified, with the type Database: what it infers of a select is what the server shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PostgrestClient } from "@supabase/postgrest-js";
import type { Database } from "./gallery/database.js";

const { ADDRESS } = process.env as { ADDRESS: string };
const db = new PostgrestClient<Database>(`${ADDRESS}/api`);

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes a value whose type is inferred to be exactly T: `exactly<number>()(value)`. */
const exactly =
  <T>() =>
  <U>(value: U, ..._same: Same<T, U> extends true ? [] : ["the types differ"]) =>
    value;

const bob = await db
  .from("people")
  .upsert({ email: "eve@example.org", name: "Eve" }, { onConflict: "email" })
  .select("id")
  .single();
const eve = exactly<number>()(bob.data!.id);
const made = await db
  .from("pictures")
  .insert([{ title: "sky", painter_id: eve, price: 2 }])
  .select("id")
  .single();
const sky = made.data!.id;
await db.from("pictures").insert({ title: "sun", painter_id: eve, owner_id: eve, part_of_id: sky });
await db.from("rooms").insert({ floor: "attic", number: 1, name: "Attic" });

test("relations by their own names", async () => {
  const { data } = await db
    .from("pictures")
    .select("title, painter(name), owner(name), part_of(title), parts(title)")
    .eq("part_of_id", sky)
    .single();
  exactly<{
    title: string;
    painter: { name: string | null };
    owner: { name: string | null } | null;
    part_of: { title: string } | null;
    parts: { title: string }[];
  } | null>()(data);
  assert.deepEqual(data, {
    title: "sun",
    painter: { name: "Eve" },
    owner: { name: "Eve" },
    part_of: { title: "sky" },
    parts: [],
  });
});

test("under other names, by a foreign key, inner, and of many to many", async () => {
  const { data } = await db
    .from("pictures")
    .select("who:painter(name), owner_id(name), parts!inner(title), rooms(floor, number)")
    .eq("id", sky)
    .single();
  exactly<{
    who: { name: string | null };
    owner_id: { name: string | null } | null;
    parts: { title: string }[];
    rooms: { floor: string; number: number }[];
  } | null>()(data);
  assert.deepEqual(data, { who: { name: "Eve" }, owner_id: null, parts: [{ title: "sun" }], rooms: [] });
});

test("the other ends, also those that the model doesn't name", async () => {
  const { data } = await db
    .from("people")
    .select("painted(title), pictures_by_owner(title, price)")
    .eq("id", eve)
    .order("title", { referencedTable: "painted" })
    .single();
  exactly<{ painted: { title: string }[]; pictures_by_owner: { title: string; price: number }[] } | null>()(data);
  assert.deepEqual(data, {
    painted: [{ title: "sky" }, { title: "sun" }],
    pictures_by_owner: [{ title: "sun", price: 0 }],
  });
});

test("by the other collection, with a hint where several lead there", async () => {
  const { data } = await db.from("pictures").select("people!owner(name)").eq("part_of_id", sky).single();
  // The hint isn't looked at: what may be null is null here too.
  const found: { name: string | null } | null | undefined = data?.people;
  assert.deepEqual(found, { name: "Eve" });
});

test("spreads of related rows, and relations of relations", async () => {
  const { data } = await db
    .from("pictures")
    .select("title, ...painter(name), parts(title, painter(name))")
    .eq("id", sky)
    .single();
  exactly<{
    title: string;
    name: string | null;
    parts: { title: string; painter: { name: string | null } }[];
  } | null>()(data);
  assert.deepEqual(data, { title: "sky", name: "Eve", parts: [{ title: "sun", painter: { name: "Eve" } }] });
});

test("everything of a row, with the values of enums", async () => {
  const { data } = await db.from("pictures").select("*").eq("id", sky).single();
  const kind = exactly<"oil" | "ink" | 'an "other" \\ kind' | undefined>()(data?.kind);
  assert.equal(kind, "oil");
  const named: Database["public"]["Enums"]["Kind"] = "ink";
  assert.ok(named);
});

test("functions", async () => {
  const { data } = await db.rpc("cheapest", { limit: 1 });
  assert.equal(data?.[0]?.title.length, 3);
  const swept = await db.rpc("sweep", { before: "2020-01-01" });
  assert.equal(exactly<number | null>()(swept.data), 0);
});

test("a composite key's foreign key is one relation", async () => {
  const { data, error } = await db.from("visits").select("stars, room(name)");
  exactly<{ stars: number; room: { name: string | null } }[] | null>()(data);
  assert.equal(error?.code, "PGRST302"); // nobody is signed in
});
