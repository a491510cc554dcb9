// What may be done with the rows of a collection: an interface for each kind of request, typed by the model. The client
// of an application puts together those that its rules open; `collection.ts` does the work.

import type { Options } from "./http.js";
import type { Model, Names, Query, Row, Shows, With } from "./queries.js";
import type { FileBody, FileInfo } from "./values.js";

/** A page of a list. */
export type Page<T> = {
  items: T[];
  /** How many there are in all, if `count` was asked for. */
  total: number | null;
  /** What to give as `after` for the next page; null on the last one. */
  next: string | null;
};

/** Options of a write of one row that is there. */
export type Guarded = Options & {
  /** The `etagOf` a row that was read with the same `select` and `with`: what somebody changed since isn't overwritten. */
  ifMatch?: string | undefined;
};
export type Watching = Options & {
  /** Milliseconds between two looks. */
  every?: number | undefined;
};
export type Upserting<M extends Model> = Options & {
  /** The unique fields by which rows that are there are found; the key unless given. */
  on?: readonly (keyof M["create"] & string)[];
  /** Rows that are there are left as they are. */
  ignore?: boolean;
};

export interface Reads<M extends Model> {
  /** A page of rows. */
  list<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    query?: Query<M, F, W>,
    options?: Options,
  ): Promise<Page<Row<M, F, W>>>;
  /** Page after page, each row once, also while others are written. */
  pages<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    query?: Query<M, F, W>,
    options?: Options,
  ): AsyncGenerator<Page<Row<M, F, W>>, void, undefined>;
  /** Row after row, of all pages. */
  each<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    query?: Query<M, F, W>,
    options?: Options,
  ): AsyncGenerator<Row<M, F, W>, void, undefined>;
  /** The first row, or null. */
  first<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    query?: Query<M, F, W>,
    options?: Options,
  ): Promise<Row<M, F, W> | null>;
  /** How many rows there are. */
  count(where?: M["filter"], options?: Options): Promise<number>;
  /** A list now and each time it is another one, until the signal ends it or the loop is left. */
  watch<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    query?: Query<M, F, W>,
    options?: Watching,
  ): AsyncGenerator<Page<Row<M, F, W>>, void, undefined>;
}

export interface ReadsOne<M extends Model> {
  /** The row with this key. Throws `not-found` where there is none. */
  get<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    key: M["key"],
    shows?: Shows<M, F, W>,
    options?: Options,
  ): Promise<Row<M, F, W>>;
}

export interface Creates<M extends Model> {
  /** Make a row. */
  create<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    body: M["create"],
    shows?: Shows<M, F, W>,
    options?: Options,
  ): Promise<Row<M, F, W>>;
  /** Make rows, all or none. Those that no rule shows you are left out of the list. */
  createMany<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    body: readonly M["create"][],
    shows?: Shows<M, F, W>,
    options?: Options,
  ): Promise<Row<M, F, W>[]>;
  /** Make rows, or merge them into those that are there. */
  upsert<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    body: readonly M["create"][],
    shows?: Shows<M, F, W>,
    options?: Upserting<M>,
  ): Promise<Row<M, F, W>[]>;
}

export interface Submits<M extends Model> {
  /** Make a row, or several, without being shown what came of it: for who may make rows and not read them. */
  submit(body: M["create"] | readonly M["create"][], options?: Options): Promise<void>;
}

export interface Updates<M extends Model> {
  /** Change the row with this key. What isn't given stays. */
  update<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    key: M["key"],
    changes: M["update"],
    shows?: Shows<M, F, W>,
    options?: Guarded,
  ): Promise<Row<M, F, W>>;
}

export interface UpdatesMany<M extends Model> {
  /** Change all rows for which that holds. */
  updateMany<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    where: M["filter"],
    changes: M["update"],
    shows?: Shows<M, F, W>,
    options?: Options,
  ): Promise<Row<M, F, W>[]>;
}

export interface Replaces<M extends Model> {
  /** Replace the row with this key; what the body leaves out is its default. */
  replace<const F extends Names<M> = Names<M>, const W extends With<M> = {}>(
    key: M["key"],
    body: M["create"],
    shows?: Shows<M, F, W>,
    options?: Guarded,
  ): Promise<Row<M, F, W>>;
}

export interface Deletes<M extends Model> {
  /** Delete the row with this key. */
  delete(key: M["key"], options?: Guarded): Promise<void>;
}

export interface DeletesMany<M extends Model> {
  /** Delete all rows for which that holds, and say how many those were. */
  deleteMany(where: M["filter"], options?: Options): Promise<number>;
}

export interface Downloads<M extends Model, F extends string> {
  /** The bytes of a file, as a Response: `await (await api.photos.download(7, "image")).blob()`. */
  download(key: M["key"], field: F, options?: Options): Promise<Response>;
}

export interface Uploads<M extends Model, F extends string> {
  /** Send a file. */
  upload(key: M["key"], field: F, file: FileBody, options?: Guarded & { name?: string | undefined }): Promise<FileInfo>;
}

export interface Removes<M extends Model, F extends string> {
  /** Remove a file. */
  removeFile(key: M["key"], field: F, options?: Guarded): Promise<void>;
}
