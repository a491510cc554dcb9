// The options for TanStack Query, in its own core: they type-check there, and do what they say.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  InfiniteQueryObserver,
  MutationObserver,
  QueryClient,
  QueryObserver,
  type InfiniteData,
} from "@tanstack/query-core";
import { createClient, type Page, type Person, type Picture } from "./gallery/client.js";
import { queries } from "./gallery/query.js";

const { ADDRESS } = process.env as { ADDRESS: string };
const ask = queries(createClient({ address: ADDRESS }));
const client = new QueryClient();

test("mutations, lists, single rows, and their keys", async () => {
  const make = new MutationObserver(client, ask.people.create());
  const person: Person = await make.mutate({ email: "tan@example.org", name: "Tan" });
  const options = ask.people.list({
    where: { email: "tan@example.org" },
    select: ["name"],
    with: { painted: { select: ["title"] } },
  });
  assert.deepEqual(options.queryKey, [
    "people",
    "list",
    { where: { email: "tan@example.org" }, select: ["name"], with: { painted: { select: ["title"] } } },
  ]);
  const page = await client.fetchQuery(options);
  const names: { name: string | null; painted: { title: string }[] }[] = page.items;
  assert.deepEqual(names, [{ name: "Tan", painted: [] }]);
  // What is known of a key tells what the cache has under it.
  const cached: Page<{ name: string | null; painted: { title: string }[] }> | undefined = client.getQueryData(
    options.queryKey,
  );
  assert.equal(cached?.items.length, 1);
  const change = new MutationObserver(client, ask.people.update());
  await change.mutate({ key: person.id, changes: { name: "Tanja" } });
  await client.invalidateQueries({ queryKey: ask.people.queryKey });
  assert.equal((await client.fetchQuery(ask.people.get(person.id, { select: ["name"] }))).name, "Tanja");
  assert.equal(await client.fetchQuery(ask.people.count({ email: "tan@example.org" })), 1);
  const picture: Picture = await new MutationObserver(client, ask.pictures.create()).mutate({
    title: "tan",
    painter_id: person.id,
  });
  const hung = await new MutationObserver(client, ask.pictures.hang()).mutate({
    id: picture.id,
    body: { wall: "west" },
  });
  assert.equal(hung.state, "hung");
  await new MutationObserver(client, ask.pictures.delete()).mutate(picture.id);
  const swept: number = await new MutationObserver(client, ask.rpc.sweep()).mutate({ body: { before: "2020-01-01" } });
  assert.equal(swept, 0);
  assert.ok(Array.isArray(await client.fetchQuery(ask.rpc.cheapest({ limit: 1 }))));
});

test("pages that are fetched one after another", async () => {
  const options = ask.people.pages({ where: { name: { like: "Page*" } }, select: ["name"], order: "name", limit: 2 });
  const create = new MutationObserver(client, ask.people.create());
  for (const number of [1, 2, 3]) await create.mutate({ name: `Page ${number}`, email: `page${number}@example.org` });
  const found: InfiniteData<Page<{ name: string | null }>, string | null> = await client.fetchInfiniteQuery({
    ...options,
    pages: 2,
  });
  assert.deepEqual(
    found.pages.map((page) => page.items.map((each) => each.name)),
    [["Page 1", "Page 2"], ["Page 3"]],
  );
  const observer = new InfiniteQueryObserver(client, { ...options, staleTime: Infinity });
  assert.equal(observer.getCurrentResult().hasNextPage, false);
  new QueryObserver(client, ask.people.list());
});

test("a query that is cancelled ends its request", async () => {
  let ended = false;
  const slow: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener("abort", () => ((ended = true), reject(init.signal?.reason))),
    );
  const options = queries(createClient({ address: ADDRESS, fetch: slow })).rooms.list();
  const fetching = client.fetchQuery(options).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await client.cancelQueries({ queryKey: options.queryKey });
  await fetching;
  assert.ok(ended);
});
