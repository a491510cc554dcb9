// Uses that are mistakes: each line below a mark has to fail to compile, and tsc refuses a mark that isn't needed.
import { PostgrestClient } from "@supabase/postgrest-js";
import { createClient, etagOf, isBacksmithError, type PictureCreate, type PictureUpdate } from "./gallery/client.js";
import type { Database } from "./gallery/database.js";

const api = createClient();

export async function names() {
  // @ts-expect-error there is no such collection
  await api.picturs.list();
  // @ts-expect-error nor such a field to select
  await api.pictures.list({ select: ["titel"] });
  // @ts-expect-error nor one to filter by
  await api.pictures.list({ where: { titel: "x" } });
  // @ts-expect-error nor one to order by
  await api.pictures.list({ order: "-titel" });
  // @ts-expect-error nor such a relation
  await api.pictures.list({ with: { paintr: true } });
  // @ts-expect-error nor one of the relation's own
  await api.pictures.list({ with: { painter: { with: { painter: true } } } });
  // @ts-expect-error nor a field of it
  await api.pictures.list({ with: { painter: { select: ["title"] } } });
  // @ts-expect-error nor a parameter of a list
  await api.pictures.list({ limits: 3 });
  // @ts-expect-error nor an action
  await api.pictures.hangUp(1);
  // @ts-expect-error nor a function
  await api.rpc.cheapst();
  // @ts-expect-error nor a file
  await api.pictures.download(1, "image");
}

export async function operators() {
  // @ts-expect-error a number isn't compared with a text that isn't one of an enum
  await api.pictures.list({ where: { state: "gone" } });
  // @ts-expect-error numbers have no patterns
  await api.pictures.list({ where: { size: { like: "1*" } } });
  // @ts-expect-error what can't be null isn't asked for null
  await api.pictures.list({ where: { title: null } });
  // @ts-expect-error a truth value isn't compared by size
  await api.rpc.sweep({ before: true });
  // @ts-expect-error lists are asked what they contain
  await api.pictures.list({ where: { tags: { gt: "x" } } });
  // @ts-expect-error an operator that there isn't
  await api.pictures.list({ where: { title: { equals: "x" } } });
}

export async function rows() {
  const { items } = await api.pictures.list({ select: ["id", "title"], with: { owner: { select: ["name"] } } });
  // @ts-expect-error this field wasn't selected
  items[0]?.price;
  // @ts-expect-error nobody may own it
  items[0]?.owner.name;
  // @ts-expect-error of related rows neither
  items[0]?.owner?.email;
  const picture = await api.pictures.get(1);
  // @ts-expect-error this relation wasn't asked for
  picture.painter;
  // @ts-expect-error a text is no number
  picture.title = 3;
  // @ts-expect-error a key of two parts
  await api.rooms.get("attic");
  // @ts-expect-error the key's types
  await api.rooms.get([1, "attic"]);
}

export async function bodies() {
  // @ts-expect-error it needs a painter
  await api.pictures.create({ title: "x" });
  // @ts-expect-error one, not two
  await api.pictures.create({ title: "x", painter_id: 1, painter: 1 });
  // @ts-expect-error a painter has no title
  await api.pictures.create({ title: "x", painter: { title: "y" } });
  // @ts-expect-error its title may not be null
  await api.pictures.create({ title: null, painter_id: 1 });
  // @ts-expect-error no field of that name
  await api.pictures.create({ title: "x", painter_id: 1, colour: "red" });
  // @ts-expect-error the database numbers it
  await api.pictures.create({ id: 1, title: "x", painter_id: 1 });
  // @ts-expect-error a value that the enum lacks
  await api.pictures.update(1, { kind: "water" });
  // @ts-expect-error a row that is there isn't made by a change
  await api.pictures.update(1, { parts: [{ title: "x" }] });
  // @ts-expect-error a scan has a file from the beginning
  await api.scans.create({ label: "x" });
  // @ts-expect-error visits can't be changed
  await api.visits.update(1, { stars: 3 });
  // @ts-expect-error nor deleted
  await api.visits.delete(1);
  // @ts-expect-error an action's argument
  await api.pictures.hang(1, { wall: 3 });
  // @ts-expect-error a query's argument is required
  await api.rpc.matching({});
  // @ts-expect-error so is a password
  await api.auth.signIn({ email: "ada@example.org" });
  const create: PictureCreate = { title: "x", painter: { name: "Ada" } };
  const update: PictureUpdate = { rooms: [{ floor: "attic", number: 1 }] };
  // @ts-expect-error a change can't make a room
  update.rooms = [{ floor: "attic", number: 1, name: "Attic" }];
  return [create, update];
}

export async function others() {
  await api.batch((batch) => {
    const made = batch.create("people", { name: "Ada" });
    // @ts-expect-error people have no title to refer to
    made.ref("title");
    // @ts-expect-error a text doesn't stand for a number
    batch.create("pictures", { title: "x", painter_id: made.ref("slug") });
    // @ts-expect-error there is no such collection
    batch.get("picturs", 1);
    return {};
  });
  // @ts-expect-error a kind of errors that there isn't... is a text still, but no number
  isBacksmithError(null, 404);
  // @ts-expect-error only rows have versions
  etagOf("row");
  // @ts-expect-error an option that there isn't
  createClient({ adress: "" });
  for await (const page of api.pictures.pages({ select: ["title"] })) {
    // @ts-expect-error not selected
    page.items[0]?.id;
  }
}

export async function postgrest() {
  const db = new PostgrestClient<Database>("");
  // @ts-expect-error there is no such table
  db.from("picturs");
  const { data } = await db.from("pictures").select("title, nobody(name)").single();
  // @ts-expect-error nor such a relation
  data?.nobody.name;
  // @ts-expect-error a painter is needed here too
  db.from("pictures").insert({ title: "x" });
  // @ts-expect-error an argument of another type
  db.rpc("cheapest", { limit: [] });
}
