// What is asked of rows, typed by the model, the rows that come back for it, and how a query spells it.

import { encode, filterParameters, orderParameter, type Order } from "./filters.js";

/** What a collection is about. The types of an application have one for each of its collections. */
export type Model = {
  row: object;
  create: object;
  update: object;
  key: unknown;
  filter: object;
  relations: object;
  files: string;
};

/** A relation: the model at its other end, and whether a row shows one, one or null, or a list. */
export type Relation = { model: Model; shows: "one" | "maybe" | "many" };
export type One<M extends Model> = { model: M; shows: "one" };
export type Maybe<M extends Model> = { model: M; shows: "maybe" };
export type Many<M extends Model> = { model: M; shows: "many" };

/** The names of the fields of a row. */
export type Names<M extends Model> = keyof M["row"] & string;

/** Related rows that are shown: all of their fields, or what is asked for. */
export type With<M extends Model> = { readonly [R in keyof M["relations"]]?: true | Embed<Target<M, R>> };
type Target<M extends Model, R extends keyof M["relations"]> = M["relations"][R] extends {
  model: infer T extends Model;
}
  ? T
  : never;

/** What is asked of related rows. Their filters choose among them alone, and with `inner` among the rows around them. */
export type Embed<M extends Model> = {
  readonly select?: readonly Names<M>[];
  readonly with?: With<M>;
  readonly where?: M["filter"];
  readonly order?: Order<Names<M>>;
  readonly limit?: number;
  readonly offset?: number;
  /** Only rows that have some. */
  readonly inner?: boolean;
};

/** Refuses names that there aren't: TypeScript lets them pass in what a type parameter is inferred from. */
export type Known<M extends Model, W> = {
  [R in keyof W]: R extends keyof M["relations"]
    ? W[R] extends object
      ? KnownEmbed<Target<M, R>, W[R]>
      : W[R]
    : never;
};
type KnownEmbed<M extends Model, E> = {
  [P in keyof E]: P extends keyof Embed<M> ? (P extends "with" ? Known<M, E[P]> : E[P]) : never;
};

/** What of a row is shown. */
export type Shows<M extends Model, F extends Names<M>, W> = {
  /** These fields; all of them unless given. */
  select?: readonly F[];
  /** These related rows. */
  with?: W & Known<M, W>;
};

/** What is asked of a collection. */
export type Query<M extends Model, F extends Names<M>, W> = Shows<M, F, W> & {
  where?: M["filter"];
  order?: Order<Names<M>>;
  limit?: number;
  offset?: number;
  /** A page's `next`. */
  after?: string;
  /** How many there are in all: counted, or guessed at less cost. */
  count?: "exact" | "planned" | "estimated";
};

type Flat<T> = { [K in keyof T]: T[K] };
type Fields<M extends Model, F> = [Names<M>] extends [F] ? M["row"] : Pick<M["row"], F & keyof M["row"]>;
type Related<R, E> = R extends { model: infer M extends Model; shows: infer S }
  ? S extends "many"
    ? EmbedRow<M, E>[]
    : S extends "one"
      ? EmbedRow<M, E>
      : EmbedRow<M, E> | (E extends { inner: true } ? never : null)
  : never;
type EmbedRow<M extends Model, E> = Row<
  M,
  E extends { select: readonly (infer F)[] } ? F : Names<M>,
  E extends { with: infer W } ? W : {}
>;

/** A row as it was asked for. */
export type Row<M extends Model, F = Names<M>, W = {}> = [keyof W] extends [never]
  ? Fields<M, F>
  : Flat<Fields<M, F> & { [R in keyof W & keyof M["relations"]]: Related<M["relations"][R], W[R]> }>;

/** A query whose names nothing is known about: what all of the above are at run time. */
export type Asking = {
  select?: readonly string[];
  with?: { readonly [relation: string]: true | Asking | undefined };
  where?: { [name: string]: unknown };
  order?: Order<string>;
  limit?: number;
  offset?: number;
  after?: string;
  count?: string;
  inner?: boolean;
};

/** A query as it stands in an address, encoded. */
export function queryText(asked: Asking): string {
  const found = selectParameters(asked);
  found.push(...rowParameters(asked, ""));
  if (asked.after !== undefined) found.push(`after=${encode(asked.after)}`);
  return found.join("&");
}

/** The part of a query that says what is shown. */
export function selectText(asked: Asking): string {
  return selectParameters(asked).concat(embedParameters(asked, "")).join("&");
}

function selectParameters(asked: Asking): string[] {
  return asked.select === undefined && Object.keys(asked.with ?? {}).length === 0
    ? []
    : [`select=${encode(shown(asked))}`];
}

function shown(asked: Asking): string {
  const found: string[] = [...(asked.select ?? ["*"])];
  for (const [relation, embed] of embeds(asked)) {
    found.push(`${relation}${embed.inner ? "!inner" : ""}(${shown(embed)})`);
  }
  return found.join(",");
}

function* embeds(asked: Asking): Generator<[string, Asking]> {
  for (const [relation, embed] of Object.entries(asked.with ?? {})) {
    if (embed !== undefined) yield [relation, embed === true ? {} : embed];
  }
}

function rowParameters(asked: Asking, prefix: string): string[] {
  const found = filterParameters(asked.where, prefix);
  if (asked.order !== undefined) found.push(`${encode(prefix)}order=${orderParameter(asked.order)}`);
  if (asked.limit !== undefined) found.push(`${encode(prefix)}limit=${asked.limit}`);
  if (asked.offset !== undefined) found.push(`${encode(prefix)}offset=${asked.offset}`);
  return found.concat(embedParameters(asked, prefix));
}

function embedParameters(asked: Asking, prefix: string): string[] {
  return Array.from(embeds(asked), ([relation, embed]) => rowParameters(embed, `${prefix}${relation}.`)).flat();
}
