// Options for TanStack Query (v5): plain objects for `useQuery`, `useInfiniteQuery`, `useMutation`, `fetchQuery` and
// their like in any framework. Nothing of TanStack's is imported but types.

import type { DataTag, InfiniteData } from "@tanstack/query-core";
import type { Options } from "./http.js";
import type { Model, Names, Query, Row, Shows, With } from "./queries.js";
import type { Creates, Deletes, Guarded, Page, Reads, ReadsOne, Updates } from "./rows.js";

export type * from "./index.js";

/** What TanStack hands to a function that fetches. */
type Context = { signal: AbortSignal };

type Key<T> = DataTag<readonly [string, string, ...unknown[]], T>;
type Fetching<T> = { queryKey: Key<T>; queryFn: (context: Context) => Promise<T> };
type Paging<T> = {
  queryKey: Key<InfiniteData<Page<T>, string | null>>;
  queryFn: (context: Context & { pageParam: unknown }) => Promise<Page<T>>;
  initialPageParam: string | null;
  getNextPageParam: (last: Page<T>) => string | null;
};
type Changing<Given, T> = { mutationKey: readonly [string, string]; mutationFn: (given: Given) => Promise<T> };

function keyed<T>(...parts: readonly [string, string, ...unknown[]]): Key<T> {
  return parts as unknown as Key<T>;
}

/** Options of a query: a key, and the call that it stands for. */
export function fetching<T>(
  name: string,
  what: string,
  asked: unknown,
  call: (options: Options) => Promise<T>,
): Fetching<T> {
  return {
    queryKey: asked === undefined ? keyed(name, what) : keyed(name, what, asked),
    queryFn: ({ signal }) => call({ signal }),
  };
}

/** Options of a mutation. */
export function changing<Given, T>(name: string, what: string, call: (given: Given) => Promise<T>): Changing<Given, T> {
  return { mutationKey: [name, what], mutationFn: call };
}

/** What is read of a collection. */
export function reading<M extends Model>(name: string, rows: Reads<M>) {
  return {
    /** What the keys of all queries of this collection begin with: for `invalidateQueries`. */
    queryKey: [name] as const,
    list: <const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
      query?: Query<M, F, W>,
    ): Fetching<Page<Row<M, F, W>>> => fetching(name, "list", query ?? {}, (options) => rows.list(query, options)),
    pages: <const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
      query?: Query<M, F, W>,
    ): Paging<Row<M, F, W>> => ({
      queryKey: keyed(name, "pages", query ?? {}),
      queryFn: ({ signal, pageParam }) =>
        rows.list(typeof pageParam === "string" ? { ...(query as Query<M, F, W>), after: pageParam } : query, {
          signal,
        }),
      initialPageParam: null,
      getNextPageParam: (last) => last.next,
    }),
    count: (where?: M["filter"]): Fetching<number> =>
      fetching(name, "count", where ?? {}, (options) => rows.count(where, options)),
  };
}

/** A row that is read by its key. */
export function readingOne<M extends Model>(name: string, rows: ReadsOne<M>) {
  return {
    get: <const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
      key: M["key"],
      shows?: Shows<M, F, W>,
    ): Fetching<Row<M, F, W>> => ({
      queryKey: shows === undefined ? keyed(name, "get", key) : keyed(name, "get", key, shows),
      queryFn: ({ signal }) => rows.get(key, shows, { signal }),
    }),
  };
}

/** What makes rows. */
export function making<M extends Model>(name: string, rows: Creates<M>) {
  return { create: (): Changing<M["create"], Row<M>> => changing(name, "create", (body) => rows.create(body)) };
}

/** What changes a row. */
export function altering<M extends Model>(name: string, rows: Updates<M>) {
  return {
    update: (): Changing<{ key: M["key"]; changes: M["update"] } & Guarded, Row<M>> =>
      changing(name, "update", ({ key, changes, ...options }) => rows.update(key, changes, {}, options)),
  };
}

/** What deletes a row. */
export function deleting<M extends Model>(name: string, rows: Deletes<M>) {
  return { delete: (): Changing<M["key"], void> => changing(name, "delete", (key) => rows.delete(key)) };
}
