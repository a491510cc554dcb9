// The client of the gallery, asked everything that it can do, at a server that runs.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  BacksmithError,
  createClient,
  etagOf,
  isBacksmithError,
  type Client,
  type Picture,
  type TokenStorage,
  type Tokens,
} from "./gallery/client.js";

const { ADDRESS, MAILS } = process.env as { ADDRESS: string; MAILS: string };

/** What was asked of the server, one line a request. */
const asked: string[] = [];
/** How the next requests fail before they reach the server. */
const failing: (Error | number)[] = [];
const noting: typeof fetch = async (input, init) => {
  asked.push(`${init?.method} ${decodeURIComponent(String(input).replace(ADDRESS, ""))}`);
  const failure = failing.shift();
  if (failure instanceof Error) throw failure;
  const reply = await fetch(input, init);
  return failure === undefined ? reply : new Response("{}", { status: failure });
};
const api = createClient({ address: ADDRESS, fetch: noting });

async function refusal(work: Promise<unknown>): Promise<BacksmithError> {
  const found = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(isBacksmithError(found), String(found));
  return found;
}

async function codeFor(email: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const mails = readdirSync(MAILS, { withFileTypes: true })
      .filter((each) => each.name.endsWith(".eml"))
      .sort((a, b) => (a.name < b.name ? 1 : -1));
    for (const mail of mails) {
      const text = readFileSync(`${MAILS}/${mail.name}`, "utf8");
      const code = /^(\d{4}) (\d{4})\r?$/m.exec(text);
      if (text.includes(`To: ${email}`) && code) return code[1]! + code[2]!;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no mail for ${email}`);
}

const painter = await api.people.create({ name: "Ada", email: "ada@example.org" });
const owner = await api.people.create({ name: "Bob", email: "bob@example.org" });
let picture: Picture;

test("a row is made with what it takes and shown with what it has", async () => {
  picture = await api.pictures.create({
    title: "🖼🖼🖼🖼🖼",
    painter_id: painter.id,
    owner: { id: owner.id },
    kind: 'an "other" \\ kind',
    price: "19.90",
    serial: "9007199254740993",
    size: 3,
    weight: 0.5,
    tags: ["a,b", '"c"', "d"],
    notes: { colour: "red", size: 4 },
    painted_on: "2026-01-23",
    hung_at: new Date("2026-01-23T10:00:00Z"),
    shown_for: "P1DT2H",
    opens: "09:30:00",
    code: "0190b0a0-0000-7000-8000-000000000000",
    stamp: "\\x00ff",
    web: "https://example.org/",
    mail: "ada@example.org",
    signature: "Ada",
  });
  assert.deepEqual(
    { ...picture, id: 0, made_at: "" },
    {
      id: 0,
      title: "🖼🖼🖼🖼🖼",
      painter_id: painter.id,
      owner_id: owner.id,
      part_of_id: null,
      kind: 'an "other" \\ kind',
      state: "draft",
      price: 19.9,
      serial: Number("9007199254740993"),
      size: 3,
      weight: 0.5,
      tags: ["a,b", '"c"', "d"],
      notes: { colour: "red", size: 4 },
      painted_on: "2026-01-23",
      hung_at: "2026-01-23T10:00:00+00:00",
      shown_for: "P1DT2H",
      opens: "09:30:00",
      code: "0190b0a0-0000-7000-8000-000000000000",
      stamp: "\\x00ff",
      web: "https://example.org/",
      mail: "ada@example.org",
      signature: "Ada",
      made_at: "",
      scan: null,
    },
  );
  assert.equal(await api.pictures.count({ serial: "9007199254740993" }), 1); // all digits arrived
});

test("rows that belong together are made at once", async () => {
  const whole = await api.pictures.create(
    {
      title: "whole",
      painter: { name: "Cy", email: "cy@example.org" },
      parts: [{ title: "part1", painter_id: painter.id }],
      rooms: [{ floor: "first", number: 1, name: "Hall" }],
    },
    {
      select: ["title"],
      with: {
        parts: { select: ["title"], with: { painter: { select: ["name"] } } },
        rooms: true,
        painter: { select: ["name"] },
        owner: true,
      },
    },
  );
  assert.deepEqual(whole, {
    title: "whole",
    painter: { name: "Cy" },
    owner: null,
    parts: [{ title: "part1", painter: { name: "Ada" } }],
    rooms: [{ floor: "first", number: 1, name: "Hall" }],
  });
  const title: string | undefined = whole.parts[0]?.painter.name;
  assert.equal(title, "Ada");
});

test("several rows are made, and merged", async () => {
  const made = await api.rooms.createMany(
    [
      { floor: "second", number: 1 },
      { floor: "second", number: 2 },
    ],
    { select: ["number"] },
  );
  assert.deepEqual(made, [{ number: 1 }, { number: 2 }]);
  await api.rooms.upsert(
    [
      { floor: "second", number: 2 },
      { floor: "second", number: 3 },
    ],
    {},
    { ignore: true },
  );
  assert.equal(await api.rooms.count({ floor: "second" }), 3);
  const merged = await api.people.upsert(
    [{ email: "bob@example.org", name: "Bobby" }],
    { select: ["id", "name"] },
    { on: ["email"] },
  );
  assert.deepEqual(merged, [{ id: owner.id, name: "Bobby" }]);
  assert.deepEqual(await api.rooms.createMany([]), []);
});

test("filters", async () => {
  const titles = async (where: NonNullable<Parameters<Client["pictures"]["count"]>[0]>) =>
    (await api.pictures.list({ where, select: ["title"], order: "id" })).items.map((each) => each.title);
  const first = "🖼🖼🖼🖼🖼";
  assert.deepEqual(await titles({ title: "whole" }), ["whole"]);
  assert.deepEqual(await titles({ title: { in: ["whole", "a,b", '"'] } }), ["whole"]);
  assert.deepEqual(await titles({ title: { like: "*1", not: { eq: "x" } } }), ["part1"]);
  assert.deepEqual(await titles({ price: { gte: 10, lt: "20.00" } }), [first]);
  assert.deepEqual(await titles({ painted_on: null, title: { match: "^[a-z]+[0-9]?$" } }), ["whole", "part1"]);
  assert.deepEqual(await titles({ painted_on: { is: "not_null" } }), [first]);
  assert.deepEqual(await titles({ or: [{ title: "whole", price: 0 }, { tags: { cs: ["a,b", '"c"'] } }] }), [
    first,
    "whole",
  ]);
  assert.deepEqual(await titles({ not: { or: [{ title: "whole" }, { title: first }] } }), ["part1"]);
  assert.deepEqual(await titles({ and: [{ title: { neq: "whole" } }, { not: { title: "part1" } }] }), [first]);
  assert.deepEqual(await titles({ "notes->>colour": "red", "notes->size": { gt: 3 } }), [first]);
  assert.deepEqual(
    await titles({ kind: 'an "other" \\ kind', code: { in: ["0190b0a0-0000-7000-8000-000000000000"] } }),
    [first],
  );
  assert.deepEqual(await titles({ or: [{ kind: 'an "other" \\ kind' }, { title: "(" }] }), [first]);
  assert.deepEqual(await titles({ hung_at: { lte: new Date("2026-01-23T10:00:00Z") } }), [first]);
  assert.deepEqual(await titles({ tags: { ov: ["d", "x"] } }), [first]);
  assert.deepEqual(await titles({ title: undefined as never }), [first, "whole", "part1"]);
});

test("related rows are filtered, ordered and limited", async () => {
  const { items } = await api.people.list({
    select: ["name"],
    order: ["-name", { field: "id", nulls: "last" }],
    with: {
      painted: { select: ["title"], where: { title: { match: "^[a-z]" } }, order: "-title", limit: 1, inner: true },
    },
  });
  assert.deepEqual(items, [
    { name: "Cy", painted: [{ title: "whole" }] },
    { name: "Ada", painted: [{ title: "part1" }] },
  ]);
  const cy = await api.people.first({
    where: { name: "Cy" },
    select: ["name"],
    with: { painted: { select: ["title"], where: { or: [{ title: "x" }, { size: null }], not: { title: "x" } } } },
  });
  assert.deepEqual(cy, { name: "Cy", painted: [{ title: "whole" }] });
  assert.match(asked.at(-2) ?? "", /painted!inner\(title\)/);
});

test("pages, one after another", async () => {
  await api.people.createMany([1, 2, 3, 4].map((n) => ({ name: `P${n}`, email: `p${n}@example.org` })));
  const sizes: number[] = [];
  for await (const page of api.people.pages({ order: "name", limit: 3, count: "exact" })) {
    sizes.push(page.items.length);
    assert.equal(page.total, 7);
  }
  assert.deepEqual(sizes, [3, 3, 1]);
  const names: string[] = [];
  for await (const person of api.people.each({ order: "-name", limit: 2, select: ["name"] }))
    names.push(person.name ?? "");
  assert.deepEqual(names, ["P4", "P3", "P2", "P1", "Cy", "Bobby", "Ada"]);
  assert.equal((await api.people.first({ order: "name" }))?.name, "Ada");
  assert.equal(await api.people.first({ where: { name: "nobody" } }), null);
});

test("a row is read, changed, replaced and deleted by its key", async () => {
  const room = await api.rooms.get(["second", 2]);
  assert.deepEqual(room, { floor: "second", number: 2, name: null });
  const before = await api.pictures.get(picture.id);
  const after = await api.pictures.update(
    picture.id,
    { price: "20.01", rooms: [{ floor: "second", number: 2 }] },
    {},
    { ifMatch: etagOf(before) },
  );
  assert.equal(after.price, 20.01);
  const late = await refusal(api.pictures.update(picture.id, { price: 1 }, {}, { ifMatch: etagOf(before) }));
  assert.deepEqual([late.kind, late.status], ["precondition-failed", 412]);
  const replaced = await api.pictures.replace(
    picture.id,
    { title: "new", painter_id: painter.id },
    { select: ["title", "price"] },
  );
  assert.deepEqual(replaced, { title: "new", price: 0 });
  assert.deepEqual(await api.pictures.updateMany({ title: { in: ["new"] } }, { title: "old" }, { select: ["title"] }), [
    { title: "old" },
  ]);
  await api.rooms.delete(["second", 3]);
  assert.equal(await api.rooms.deleteMany({ floor: "second", number: 1 }), 1);
  assert.deepEqual((await refusal(api.rooms.get(["second", 3]))).kind, "not-found");
  assert.equal((await refusal(api.rooms.deleteMany({}))).kind, "unfiltered");
});

test("what is refused says where and why", async () => {
  const error = await refusal(
    api.pictures.create({ title: "too long", painter_id: painter.id, price: 1.234, mail: "x" }),
  );
  assert.deepEqual([error.kind, error.status, error.errors.length], ["invalid", 422, 3]);
  assert.equal(error.at("/mail"), "mail isn't an e-mail address");
  assert.equal(error.at("title"), "title has 8 characters; it takes at most 5");
  assert.deepEqual(Object.keys(error.byPointer).sort(), ["/mail", "/price", "/title"]);
  assert.ok(error.requestId);
  const duplicate = await refusal(api.people.create({ email: "ada@example.org" }));
  assert.deepEqual(
    [duplicate.kind, isBacksmithError(duplicate, "duplicate"), isBacksmithError(duplicate, "invalid")],
    ["duplicate", true, false],
  );
  assert.equal((await refusal(api.messages.list())).kind, "unauthenticated");
  assert.equal((await refusal(api.messages.create({ text: "hello" }))).kind, "unauthenticated");
  await api.messages.submit({ text: "hello" });
  await api.messages.submit([{ text: "once" }, { text: "more" }]);
});

test("actions, queries and routes", async () => {
  const hung = await api.pictures.hang(picture.id, { wall: "south" });
  assert.deepEqual([hung.state, hung.notes], ["hung", { wall: "south" }]);
  const conflict = await refusal(api.pictures.hang(picture.id));
  assert.deepEqual(
    [conflict.status, conflict.message, conflict.hint],
    [409, "It hangs already.", "Take it down first."],
  );
  assert.equal((await api.rpc.cheapest({ limit: 2 })).length, 2);
  assert.match(asked.at(-1) ?? "", /^GET .*limit=2$/);
  assert.deepEqual(await api.rpc.matching({ tags: [] }), ["old", "whole", "part1"]);
  assert.equal(await api.rpc.sweep({ before: "2027-01-01" }), 0);
  assert.equal(await (await api.routes.labels("oil", { upper: true })).text(), "OLD\nWHOLE\nPART1");
  assert.deepEqual(await api.routes.echo({ words: ["a", "b"], times: 2 }), { words: ["a", "b", "a", "b"] });
});

test("files go up and down", async () => {
  const scan = await api.scans.create({ label: "first", image: new File(["hello"], "hello.txt") });
  assert.deepEqual([scan.image.name, scan.image.size], ["hello.txt", 5]);
  assert.equal(await (await api.scans.download(scan.id, "image")).text(), "hello");
  const sent = await api.pictures.upload(picture.id, "scan", new Blob(["bytes"]), { name: "scan.txt" });
  assert.deepEqual([sent.name, sent.size], ["scan.txt", 5]);
  await api.pictures.removeFile(picture.id, "scan");
  assert.equal((await api.pictures.get(picture.id)).scan, null);
});

test("a batch is one transaction, and later operations use what earlier ones made", async () => {
  const { made, part, shown, parts } = await api.batch((batch) => {
    const made = batch.create("pictures", { title: "batch", painter_id: painter.id });
    const part = batch.create(
      "pictures",
      { title: "b", painter_id: made.ref("painter_id"), part_of_id: made.ref("id") },
      { select: ["title"] },
    );
    batch.update("pictures", made.ref("id"), { size: 7 });
    const shown = batch.get("pictures", made.ref("id"), { select: ["size"], with: { parts: { select: ["title"] } } });
    return {
      made,
      part,
      shown,
      parts: batch.list("pictures", { where: { part_of_id: { eq: made.ref("id") } }, select: ["title"] }),
    };
  });
  assert.deepEqual(
    [made.title, part, shown, parts],
    ["batch", { title: "b" }, { size: 7, parts: [{ title: "b" }] }, [{ title: "b" }]],
  );
  const refused = await refusal(
    api.batch((batch) => {
      batch.create("people", { email: "undone@example.org" });
      return { wrong: batch.create("pictures", { title: "too long", painter_id: painter.id }) };
    }),
  );
  assert.deepEqual(
    [refused.kind, refused.operation, refused.at("/operations/1/body/title")],
    ["invalid", 1, "title has 8 characters; it takes at most 5"],
  );
  assert.equal(await api.people.count({ email: "undone@example.org" }), 0);
});

test("what fails on the way is sent again, and nothing is done twice", async () => {
  failing.push(200); // the server did it, and its reply got lost
  const lost = createClient({
    address: ADDRESS,
    fetch: async (...given) => {
      const reply = await noting(...given);
      if (reply.headers.get("content-type")?.includes("text/plain")) throw new TypeError("lost");
      return reply;
    },
  });
  const room = await lost.rooms.create({ floor: "third", number: 1 });
  assert.deepEqual(room, { floor: "third", number: 1, name: null });
  assert.equal(await api.rooms.count({ floor: "third" }), 1);
  failing.push(new TypeError("no network"), 503);
  assert.equal(await api.rooms.count({ floor: "third" }), 1);
  failing.push(...Array.from({ length: 3 }, () => new TypeError("no network")));
  const gone = await refusal(api.rooms.list());
  assert.deepEqual([gone.kind, gone.status], ["unreachable", 0]);
});

test("a signal ends a request", async () => {
  await assert.rejects(api.rooms.list({}, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("watching shows a list each time it is another one, and nothing while it isn't", async () => {
  asked.length = 0;
  const ending = new AbortController();
  const seen: number[] = [];
  for await (const page of api.rooms.watch({ where: { floor: "fourth" } }, { every: 20, signal: ending.signal })) {
    seen.push(page.items.length);
    if (seen.length === 1) setTimeout(() => void api.rooms.create({ floor: "fourth", number: 1 }), 100);
    else break;
  }
  assert.deepEqual(seen, [0, 1]);
  assert.ok(asked.filter((each) => each.startsWith("GET")).length > 3, asked.join());
});

test("signing up, in and out, with tokens", async () => {
  const email = "dora@example.org";
  const begun = await api.auth.signUp({ email, password: "a long and rare one", name: "Dora" });
  const session = await api.auth.confirmSignUp({ flow: begun.flow, code: await codeFor(email) });
  assert.ok("session" in session);
  assert.equal((await api.auth.getMe()).name, "Dora");
  assert.deepEqual(await api.rpc.whoami(), { id: (await api.auth.getMe()).id });
  await api.auth.signOut();
  assert.equal((await refusal(api.rpc.whoami())).status, 401);
  await api.auth.signIn({ email, password: "a long and rare one" });
  assert.equal((await api.auth.listSessions()).sessions.length, 1);
  const me = await api.auth.getMe();
  const visit = await api.visits.create(
    { room: { floor: "first", number: 1 }, visitor_id: Number(me.id) },
    { select: ["stars"], with: { room: true } },
  );
  assert.deepEqual(visit, { stars: 5, room: { floor: "first", number: 1, name: "Hall" } });
});

test("an access token that isn't good any more is renewed, once for all requests at once", async () => {
  let kept: Tokens | null = null;
  const storage: TokenStorage = { load: () => kept, save: (tokens) => void (kept = tokens) };
  const other = createClient({ address: ADDRESS, fetch: noting, storage });
  await other.auth.signIn({ email: "dora@example.org", password: "a long and rare one" });
  kept = { ...(kept as unknown as Tokens), access_token: "spoilt" };
  asked.length = 0;
  const found = await Promise.all([1, 2, 3, 4].map(() => other.rpc.whoami()));
  assert.equal(new Set(found.map((each) => each["id"])).size, 1);
  assert.equal(asked.filter((each) => each === "POST /auth/token").length, 1);
  kept = { access_token: "spoilt", refresh_token: "spoilt" };
  assert.equal((await refusal(other.rpc.whoami())).status, 401);
  assert.equal(kept, null);
});

test("a session that is carried by a cookie", async () => {
  let cookie = "";
  const browser: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookie) headers.set("Cookie", cookie);
    headers.set("Sec-Fetch-Site", "same-origin");
    const reply = await fetch(input, { ...init, headers });
    cookie = reply.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
    return reply;
  };
  const page = createClient({ address: ADDRESS, transport: "cookie", fetch: browser });
  const session = await page.auth.signIn({ email: "dora@example.org", password: "a long and rare one" });
  assert.deepEqual("transport" in session && [session.transport, session.access_token], ["cookie", undefined]);
  assert.equal((await page.auth.getMe()).email, "dora@example.org");
});
