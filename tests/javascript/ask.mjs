// Asks an API through PostgREST's JavaScript client, unmodified, and prints each result as a line of JSON.
// Arguments: the API's address, a token.
import { PostgrestClient } from "@supabase/postgrest-js";

const [address, token] = process.argv.slice(2);
const anyone = new PostgrestClient(address);
const customer = new PostgrestClient(address, { headers: { Authorization: `Bearer ${token}` } });

const questions = {
  list: () => anyone.from("categories").select("name").is("parent_id", null).order("name"),
  oneById: () => anyone.from("categories").select("id,name,slug").eq("id", 2).single(),
  noneWhereOneIsAsked: () => anyone.from("categories").select("id").eq("id", 999).single(),
  maybeNone: () => anyone.from("categories").select("id").eq("id", 999).maybeSingle(),
  severalWhereOneIsAsked: () => anyone.from("categories").select("id").lt("id", 3).single(),
  embed: () => anyone.from("categories").select("name,children(name)").eq("slug", "desk").single(),
  embedUp: () => anyone.from("categories").select("name,above:parent(name)").eq("slug", "pens").single(),
  inner: () => anyone.from("categories").select("name,children!inner(name)").eq("children.slug", "pens"),
  orderAndLimitOfAnEmbed: () =>
    anyone
      .from("categories")
      .select("name,children(name)")
      .eq("slug", "kitchen")
      .order("name", { referencedTable: "children", ascending: false })
      .limit(2, { referencedTable: "children" }),
  filters: () =>
    anyone
      .from("categories")
      .select("slug")
      .or("slug.like.p*,and(id.gt.20,slug.neq.pens)")
      .not("slug", "in", "(pens)")
      .order("slug", { ascending: true }),
  range: () => anyone.from("categories").select("id", { count: "exact" }).order("id").range(3, 5),
  countOnly: () => anyone.from("categories").select("*", { count: "exact", head: true }),
  csv: () => anyone.from("categories").select("id,name").lte("id", 2).order("id").csv(),
  hiddenField: () => anyone.from("products").select("cost").limit(1),
  unknownField: () => anyone.from("categories").select("nam").limit(1),
  nobodyAsks: () => anyone.from("orders").select("id"),
  customerAsks: () => customer.from("customers").select("name,email"),
  count: () => customer.from("orders").select("id", { count: "exact", head: true }),
  aggregate: () => anyone.from("categories").select("count()").single(),
};

for (const [name, ask] of Object.entries(questions)) {
  const { data, error, count, status } = await ask();
  const told = error && { code: error.code, message: error.message, details: error.details, hint: error.hint };
  console.log(JSON.stringify({ name, data, error: told, count, status }));
}
