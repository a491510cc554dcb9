// The rows of a collection at run time: one class does for all collections what the interfaces of `rows.ts` say.

import { BacksmithError } from "./errors.js";
import { encode, filterParameters, Reference } from "./filters.js";
import { contentOf } from "./forms.js";
import { bodyOf, pause, type Asked, type Options, type Transport } from "./http.js";
import { queryText, selectText, type Asking } from "./queries.js";
import type { Guarded, Page, Watching } from "./rows.js";
import type { FileBody, FileInfo } from "./values.js";

const etags = new WeakMap<object, string>();
const SHOWN = "return=representation";
const EVERY = 3000; // milliseconds between two looks of `watch`

/** The version of a row that `get`, `update` or `replace` gave, or of a page: for `ifMatch`. */
export function etagOf(row: object): string | undefined {
  return etags.get(row);
}

/** The address of a row below its collection. */
export function keyPath(key: unknown): string {
  return (Array.isArray(key) ? key : [key]).map(keyPart).join(",");
}

function keyPart(part: unknown): string {
  if (part instanceof Reference) return String(part);
  return encodeURIComponent(part instanceof Date ? part.toISOString() : String(part));
}

/** All that can be done with the rows of a collection. */
export class Rows {
  private readonly transport: Transport;
  readonly path: string;

  constructor(transport: Transport, path: string) {
    this.transport = transport;
    this.path = path;
  }

  async list(query: Asking = {}, options: Options = {}): Promise<Page<object>> {
    return await pageOf(await this.transport.send(this.listing(query, options)));
  }

  async *pages(query: Asking = {}, options: Options = {}): AsyncGenerator<Page<object>, void, undefined> {
    for (let after: string | null | undefined = query.after; after !== null;) {
      const page: Page<object> = await this.list(after === undefined ? query : { ...query, after }, options);
      yield page;
      after = page.next;
    }
  }

  async *each(query: Asking = {}, options: Options = {}): AsyncGenerator<object, void, undefined> {
    for await (const page of this.pages(query, options)) yield* page.items;
  }

  async first(query: Asking = {}, options: Options = {}): Promise<object | null> {
    return (await this.list({ ...query, limit: 1 }, options)).items[0] ?? null;
  }

  async count(where: Asking["where"], options: Options = {}): Promise<number> {
    const query = filterParameters(where).concat("limit=0").join("&");
    const reply = await this.transport.send({
      ...options,
      method: "GET",
      path: this.path,
      query,
      prefer: "count=exact",
    });
    return totalOf(reply) ?? 0;
  }

  async *watch(query: Asking = {}, options: Watching = {}): AsyncGenerator<Page<object>, void, undefined> {
    for (let etag: string | null = null; ;) {
      const known: Record<string, string> = etag === null ? {} : { "If-None-Match": etag };
      const reply = await this.transport.send(
        this.listing(query, { ...options, headers: { ...options.headers, ...known } }),
      );
      etag = reply.headers.get("etag");
      if (reply.status !== 304) yield await pageOf(reply);
      await pause((options.every ?? EVERY) / 1000, options.signal);
    }
  }

  async get(key: unknown, shows: Asking = {}, options: Options = {}): Promise<object> {
    return await this.one({ ...options, method: "GET", path: this.item(key), query: selectText(shows) });
  }

  async create(body: object, shows: Asking = {}, options: Options = {}): Promise<object> {
    const asked = {
      ...options,
      method: "POST",
      path: this.path,
      query: selectText(shows),
      prefer: SHOWN,
      idempotent: true,
    };
    const rows = await this.some({ ...asked, ...contentOf(body) });
    if (rows[0] === undefined)
      throw new BacksmithError("out-of-sight", 201, { message: "The row was made, but no rule shows it to you." });
    return rows[0];
  }

  async createMany(body: readonly object[], shows: Asking = {}, options: Options = {}): Promise<object[]> {
    const asked = {
      method: "POST",
      path: this.path,
      query: selectText(shows),
      prefer: `${SHOWN}, missing=default`,
      idempotent: true,
    };
    return body.length === 0 ? [] : await this.some({ ...options, ...asked, json: body });
  }

  async submit(body: object, options: Options = {}): Promise<void> {
    const content = Array.isArray(body) ? { json: body as unknown } : contentOf(body);
    await this.transport.send({
      ...options,
      method: "POST",
      path: this.path,
      prefer: "missing=default",
      ...content,
      idempotent: true,
    });
  }

  async upsert(
    body: readonly object[],
    shows: Asking = {},
    options: Options & { on?: readonly string[]; ignore?: boolean } = {},
  ): Promise<object[]> {
    const { on, ignore, ...rest } = options;
    const query = [selectText(shows), on === undefined ? "" : `on_conflict=${encode(on.join(","))}`]
      .filter(Boolean)
      .join("&");
    const prefer = `${SHOWN}, missing=default, resolution=${ignore ? "ignore" : "merge"}-duplicates`;
    return body.length === 0
      ? []
      : await this.some({ ...rest, method: "POST", path: this.path, query, prefer, json: body, idempotent: true });
  }

  async update(key: unknown, changes: object, shows: Asking = {}, options: Guarded = {}): Promise<object> {
    return await this.one({
      ...guarded(options),
      method: "PATCH",
      path: this.item(key),
      query: selectText(shows),
      prefer: SHOWN,
      ...contentOf(changes),
      idempotent: true,
    });
  }

  async updateMany(
    where: Asking["where"],
    changes: object,
    shows: Asking = {},
    options: Options = {},
  ): Promise<object[]> {
    const query = filterParameters(where).concat(selectText(shows)).filter(Boolean).join("&");
    return await this.some({
      ...options,
      method: "PATCH",
      path: this.path,
      query,
      prefer: SHOWN,
      json: changes,
      idempotent: true,
    });
  }

  async replace(key: unknown, body: object, shows: Asking = {}, options: Guarded = {}): Promise<object> {
    return await this.one({
      ...guarded(options),
      method: "PUT",
      path: this.item(key),
      query: selectText(shows),
      prefer: SHOWN,
      ...contentOf(body),
      idempotent: true,
    });
  }

  async delete(key: unknown, options: Guarded = {}): Promise<void> {
    await this.transport.send({ ...guarded(options), method: "DELETE", path: this.item(key), idempotent: true });
  }

  async deleteMany(where: Asking["where"], options: Options = {}): Promise<number> {
    const query = filterParameters(where).join("&");
    const reply = await this.transport.send({
      ...options,
      method: "DELETE",
      path: this.path,
      query,
      prefer: "count=exact",
      idempotent: true,
    });
    return totalOf(reply) ?? 0;
  }

  async download(key: unknown, field: string, options: Options = {}): Promise<Response> {
    return await this.transport.send({ ...options, method: "GET", path: `${this.item(key)}/${field}`, accept: "*/*" });
  }

  async upload(
    key: unknown,
    field: string,
    file: FileBody,
    options: Guarded & { name?: string | undefined } = {},
  ): Promise<FileInfo> {
    const name = options.name ?? (file instanceof Blob && "name" in file ? String(file.name) : undefined);
    const query = name === undefined ? "" : `name=${encode(name)}`;
    return await this.transport.json({
      ...guarded(options),
      method: "PUT",
      path: `${this.item(key)}/${field}`,
      query,
      content: file,
    });
  }

  async removeFile(key: unknown, field: string, options: Guarded = {}): Promise<void> {
    await this.transport.send({ ...guarded(options), method: "DELETE", path: `${this.item(key)}/${field}` });
  }

  /** Call an action of a row. */
  async act(key: unknown, name: string, body: unknown, options: Options = {}): Promise<unknown> {
    return await this.transport.json({
      ...options,
      method: "POST",
      path: `${this.item(key)}/${name}`,
      ...(body === undefined ? {} : { json: body }),
      idempotent: true,
    });
  }

  private item(key: unknown): string {
    return `${this.path}/${keyPath(key)}`;
  }

  private listing(query: Asking, options: Options): Asked {
    return {
      ...options,
      method: "GET",
      path: this.path,
      query: queryText(query),
      prefer: query.count === undefined ? undefined : `count=${query.count}`,
    };
  }

  private async one(asked: Asked): Promise<object> {
    const reply = await this.transport.send(asked);
    const row = (await bodyOf(reply)) as object | null;
    if (row === null)
      throw new BacksmithError("out-of-sight", reply.status, {
        message: "It was done, but no rule shows you the row any more.",
      });
    return tagged(row, reply);
  }

  private async some(asked: Asked): Promise<object[]> {
    const found = (await bodyOf(await this.transport.send(asked))) as object[] | null;
    return found ?? [];
  }
}

function guarded({ ifMatch, ...options }: Guarded & { name?: unknown }): Options {
  return ifMatch === undefined ? options : { ...options, headers: { ...options.headers, "If-Match": ifMatch } };
}

function tagged<T extends object>(shown: T, reply: Response): T {
  const etag = reply.headers.get("etag");
  if (etag !== null) etags.set(shown, etag);
  return shown;
}

async function pageOf(reply: Response): Promise<Page<object>> {
  const items = (await reply.json()) as object[];
  const link = /<([^>]*)>;\s*rel="next"/.exec(reply.headers.get("link") ?? "");
  const next = link === null ? null : new URL(link[1]!, "http://relative").searchParams.get("after");
  return tagged({ items, total: totalOf(reply), next }, reply);
}

function totalOf(reply: Response): number | null {
  const total = /\/(\d+)$/.exec(reply.headers.get("content-range") ?? "");
  return total === null ? null : Number(total[1]);
}
