// A batch: several operations in one transaction, all of them or none, where later ones may use what earlier ones made.

import { keyPath } from "./collection.js";
import { problemOf } from "./errors.js";
import { filterParameters, Reference } from "./filters.js";
import type { Options, Transport } from "./http.js";
import {
  queryText,
  selectText,
  type Asking,
  type Model,
  type Names,
  type Query,
  type Row,
  type Shows,
  type With,
} from "./queries.js";

type Models = { [collection: string]: Model };
type Operation = { id: string; method: string; path: string; headers: Record<string, string>; body?: unknown };
type Result = { id?: string; status: number; headers: Record<string, string>; body?: unknown };

/** What an operation of a batch will have replied with. */
export class Later<T> {
  /** Under which the batch has it. */
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }

  /**
   * Stands for a member of what this operation replies with, in operations after it: as a value in a body, as a key, or
   * as the value of a filter. It is that value by its type alone: there is nothing to see in it before the batch is done.
   */
  ref<K extends keyof T & string>(name: K): T[K] {
    return new Reference(`${this.id}.${name}`) as unknown as T[K];
  }
}

/** What a function that fills a batch returns, once the batch is done. */
export type Done<R> = { [K in keyof R]: R[K] extends Later<infer T> ? T : R[K] };

/** Takes operations. */
export class Batch<All extends { [C in keyof All]: Model }> {
  private readonly operations: Operation[] = [];

  /** The rows of a list. */
  list<C extends keyof All & string, const F extends Names<All[C]> = Names<All[C]>, const W extends With<All[C]> = {}>(
    collection: C,
    query?: Query<All[C], F, W>,
  ): Later<Row<All[C], F, W>[]> {
    return this.add("GET", collection, queryText((query ?? {}) as Asking));
  }

  get<C extends keyof All & string, const F extends Names<All[C]> = Names<All[C]>, const W extends With<All[C]> = {}>(
    collection: C,
    key: All[C]["key"],
    shows?: Shows<All[C], F, W>,
  ): Later<Row<All[C], F, W>> {
    return this.add("GET", `${collection}/${keyPath(key)}`, selectText((shows ?? {}) as Asking));
  }

  create<
    C extends keyof All & string,
    const F extends Names<All[C]> = Names<All[C]>,
    const W extends With<All[C]> = {},
  >(collection: C, body: All[C]["create"], shows?: Shows<All[C], F, W>): Later<Row<All[C], F, W>> {
    const headers = { Prefer: "return=representation", Accept: "application/vnd.pgrst.object+json" };
    return this.add("POST", collection, selectText((shows ?? {}) as Asking), headers, body);
  }

  createMany<
    C extends keyof All & string,
    const F extends Names<All[C]> = Names<All[C]>,
    const W extends With<All[C]> = {},
  >(collection: C, body: readonly All[C]["create"][], shows?: Shows<All[C], F, W>): Later<Row<All[C], F, W>[]> {
    return this.add(
      "POST",
      collection,
      selectText((shows ?? {}) as Asking),
      { Prefer: "return=representation, missing=default" },
      body,
    );
  }

  update<
    C extends keyof All & string,
    const F extends Names<All[C]> = Names<All[C]>,
    const W extends With<All[C]> = {},
  >(
    collection: C,
    key: All[C]["key"],
    changes: All[C]["update"],
    shows?: Shows<All[C], F, W>,
    ifMatch?: string,
  ): Later<Row<All[C], F, W>> {
    const headers = { Prefer: "return=representation", ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }) };
    return this.add("PATCH", `${collection}/${keyPath(key)}`, selectText((shows ?? {}) as Asking), headers, changes);
  }

  updateMany<C extends keyof All & string>(
    collection: C,
    where: All[C]["filter"],
    changes: All[C]["update"],
  ): Later<Row<All[C]>[]> {
    const query = filterParameters(where as Asking["where"]).join("&");
    return this.add("PATCH", collection, query, { Prefer: "return=representation" }, changes);
  }

  replace<C extends keyof All & string>(
    collection: C,
    key: All[C]["key"],
    body: All[C]["create"],
    ifMatch?: string,
  ): Later<Row<All[C]>> {
    const headers = { Prefer: "return=representation", ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }) };
    return this.add("PUT", `${collection}/${keyPath(key)}`, "", headers, body);
  }

  delete<C extends keyof All & string>(collection: C, key: All[C]["key"], ifMatch?: string): Later<null> {
    return this.add(
      "DELETE",
      `${collection}/${keyPath(key)}`,
      "",
      ifMatch === undefined ? {} : { "If-Match": ifMatch },
    );
  }

  deleteMany<C extends keyof All & string>(collection: C, where: All[C]["filter"]): Later<null> {
    return this.add("DELETE", collection, filterParameters(where as Asking["where"]).join("&"));
  }

  /** Call an action of a row. */
  act<T = unknown>(collection: keyof All & string, key: unknown, action: string, body?: object): Later<T> {
    return this.add("POST", `${collection}/${keyPath(key)}/${action}`, "", {}, body);
  }

  /** Do all of it. */
  async send(transport: Transport, path: string, options: Options): Promise<Map<string, unknown>> {
    const asked = { ...options, method: "POST", path, json: { operations: this.operations }, idempotent: true };
    const { results } = await transport.json<{ results: Result[] }>(asked);
    return new Map(results.map((each, number) => [this.operations[number]!.id, read(each)]));
  }

  private add<T>(
    method: string,
    path: string,
    query: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Later<T> {
    const id = `r${this.operations.length}`;
    const operation = { id, method, path: `/${path}${query ? `?${query}` : ""}`, headers };
    this.operations.push(body === undefined ? operation : { ...operation, body });
    return new Later(id);
  }
}

function read(result: Result): unknown {
  if (result.status >= 400) throw problemOf(result.body, result.status);
  return result.body ?? null;
}

/** Fill a batch, send it, and put what came back in the place of what stood for it. */
export async function runBatch<All extends Models, R extends object>(
  transport: Transport,
  path: string,
  fill: (batch: Batch<All>) => R,
  options: Options = {},
): Promise<Done<R>> {
  const batch = new Batch<All>();
  const wanted = fill(batch);
  const found = await batch.send(transport, path, options);
  const done = Object.entries(wanted).map(([name, value]) => [
    name,
    value instanceof Later ? found.get(value.id) : value,
  ]);
  return Object.fromEntries(done) as Done<R>;
}
