// The data provider asks the shop each thing that react-admin can ask; a line of JSON for each answer.
// node ask.mjs http://localhost:8000 TOKEN

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { default: postgrest, defaultPrimaryKeys, defaultSchema } = require("@raphiniert/ra-data-postgrest");
const { fetchUtils } = require("ra-core");

const [server, token] = process.argv.slice(2);
const provider = postgrest({
  apiUrl: `${server}/api`,
  httpClient: (url, options = {}) =>
    fetchUtils.fetchJson(url, { ...options, user: { authenticated: true, token: `Bearer ${token}` } }),
  defaultListOp: "eq",
  primaryKeys: defaultPrimaryKeys,
  schema: defaultSchema,
});

async function say(name, promise) {
  try {
    console.log(JSON.stringify({ name, ...(await promise) }));
  } catch (error) {
    console.log(JSON.stringify({ name, status: error.status, message: error.message }));
  }
}

const pagination = { page: 2, perPage: 2 };
const sort = { field: "name", order: "ASC" };
const columns = ["id", "name"];
const shelf = (name, slug) => ({ name, slug, parent_id: null });

await say("getList", provider.getList("categories", { pagination, sort, filter: { parent_id: 1 }, meta: { columns } }));
await say("getListById", provider.getList("categories", {
  pagination: { page: 1, perPage: 2 }, sort: { field: "id", order: "DESC" }, filter: { "parent_id@is": null }, meta: { columns },
}));
await say("getListLike", provider.getList("categories", {
  pagination: { page: 1, perPage: 9 }, sort, filter: { "name@ilike": "PEN" }, meta: { columns },
}));
await say("getListOr", provider.getList("categories", {
  pagination: { page: 1, perPage: 9 }, sort, filter: { "@or": { "slug@eq": "pens", "name@like": "Desk" } }, meta: { columns },
}));
await say("getListEmbed", provider.getList("categories", {
  pagination: { page: 1, perPage: 1 }, sort: { field: "id", order: "ASC" }, filter: { slug: "pens" },
  meta: { columns: ["name", "parent(name)"] },
}));
await say("getOne", provider.getOne("categories", { id: 2 }));
await say("getOneMissing", provider.getOne("categories", { id: 0 }));
await say("getMany", provider.getMany("categories", { ids: [2, 1], meta: { columns } }));
await say("getManyReference", provider.getManyReference("categories", {
  target: "parent_id", id: 1, pagination, sort, filter: {}, meta: { columns },
}));
await say("create", provider.create("categories", { data: shelf("Toys", "toys"), meta: { columns: ["name", "slug"] } }));
const made = (await provider.create("categories", { data: shelf("Maps", "maps") })).data;
const other = (await provider.create("categories", { data: shelf("Tools", "tools") })).data;
await say("createWrong", provider.create("categories", { data: { ...shelf("Toys", "No slug"), parent_id: "x" } }));
await say("update", provider.update("categories", {
  id: made.id, data: { ...made, name: "Atlases" }, previousData: made, meta: { columns: ["name", "slug"] },
}));
await say("updateNothing", provider.update("categories", { id: 1, data: { id: 1, name: "Kitchen" }, previousData: { id: 1, name: "Kitchen" } }));
const renumbered = async (promise) => ({ data: (await promise).data.map((id) => [made.id, other.id].indexOf(id)) });
await say("updateMany", renumbered(provider.updateMany("categories", { ids: [made.id, other.id], data: { parent_id: 1 } })));
await say("delete", provider.delete("categories", { id: made.id, meta: { columns: ["name"] } }));
await say("deleteMany", renumbered(provider.deleteMany("categories", { ids: [other.id] })));
