// Calls of functions and of `/auth`: how arguments are sent, and which calls begin and end a session.

import { encode } from "./filters.js";
import { type Asked, type Options, type Transport } from "./http.js";
import { Rows } from "./collection.js";

type Arguments = { [name: string]: unknown };

/** The rows of a collection with what else can be done with them. */
export function rows<T>(transport: Transport, path: string, beside: Partial<T> = {}): T {
  return Object.assign(new Rows(transport, path), beside) as unknown as T;
}

/** These arguments as a query, encoded. */
export function parameters(args: Arguments | undefined, names: readonly string[]): string {
  const found: string[] = [];
  for (const name of names) {
    const value = args?.[name];
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null)
        found.push(`${encode(name)}=${encode(each instanceof Date ? each.toISOString() : String(each))}`);
    }
  }
  return found.join("&");
}

/** The headers of a request with these arguments among them. */
export function headersOf(
  options: Options | undefined,
  args: Arguments | undefined,
  names: readonly string[],
): Record<string, string> {
  const given = names.filter((name) => args?.[name] !== undefined && args[name] !== null);
  return { ...options?.headers, ...Object.fromEntries(given.map((name) => [name, String(args?.[name])])) };
}

/** A call of a query: by GET, or by POST where an argument is a list, an object or null, which no address can say. */
export function asking(path: string, args: Arguments | undefined, options: Options | undefined): Asked {
  const given = Object.entries(args ?? {}).filter(([, value]) => value !== undefined);
  if (given.some(([, value]) => typeof value === "object" && !(value instanceof Date)))
    return { ...options, method: "POST", path, json: Object.fromEntries(given) };
  return {
    ...options,
    method: "GET",
    path,
    query: parameters(
      args,
      given.map(([name]) => name),
    ),
  };
}

/** A call of `/auth`: a session that it begins is kept, one that it ends is forgotten. */
export async function authorize<T>(
  transport: Transport,
  asked: Asked & { signedOut?: boolean },
  ends = false,
): Promise<T> {
  const query = [asked.query ?? "", transport.byCookie && asked.method === "POST" ? "transport=cookie" : ""]
    .filter(Boolean)
    .join("&");
  const reply = await transport.json<T>({ ...asked, query });
  if (ends) await transport.session?.forget();
  else await transport.session?.keep(reply);
  return reply;
}
