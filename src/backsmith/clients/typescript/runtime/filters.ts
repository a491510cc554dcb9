// Conditions and orders, typed by field, and how a query spells them (docs/api.md of Backsmith, "Filters").

/** What any value can be compared with. Null is said by `null` itself or `is`. */
export type Compared<T> = {
  eq?: T;
  neq?: T;
  gt?: T;
  gte?: T;
  lt?: T;
  lte?: T;
  in?: readonly T[];
  /** Not equal, where null is a value like others. */
  isdistinct?: T;
  is?: "null" | "not_null";
  not?: Compared<T>;
};

/** What a text can be asked beside that. */
export type Matched = {
  /** A pattern: `*` for any text, `_` for a character. */
  like?: string;
  /** The same without regard to case. */
  ilike?: string;
  /** A regular expression. */
  match?: string;
  imatch?: string;
  /** Full text: words with `&`, `|`, `!`. */
  fts?: string;
  /** All of these words. */
  plfts?: string;
  /** These words in this order. */
  phfts?: string;
  /** As in web searches. */
  wfts?: string;
};

type Texts<T> = Omit<Compared<T>, "not"> & Matched & { not?: Texts<T> };

/** A condition on a field: a value, or operators, all of which have to hold. */
export type Filter<T> = T | Compared<T>;
export type TextFilter<T extends string = string> = T | Texts<T>;
export type BooleanFilter =
  | boolean
  | {
      is?: "true" | "false" | "unknown" | "null" | "not_null";
      eq?: boolean;
      neq?: boolean;
      not?: { is?: "true" | "false" | "null" };
    };
export type ListFilter<T> = {
  /** It has all of these. */
  cs?: readonly T[];
  /** It has nothing beside these. */
  cd?: readonly T[];
  /** It has one of these. */
  ov?: readonly T[];
  is?: "null" | "not_null";
  not?: { cs?: readonly T[]; cd?: readonly T[]; ov?: readonly T[] };
};
export type JsonFilter = { is?: "null" | "not_null"; cs?: unknown; cd?: unknown };
/** A condition on a way into JSON: `"notes->>colour"` is compared as a text, `"notes->size"` as JSON. */
export type PathFilter = string | number | null | Compared<string | number> | Texts<string>;

/** Conditions that hold together, and in other ways. */
export type Logic<F> = {
  /** All of them hold. */
  and?: readonly F[];
  /** One of them holds. */
  or?: readonly F[];
  /** They don't hold together. */
  not?: F;
};

/** What rows are ordered by: `"name"`, `"-placed_at"` for the other way round. */
export type OrderTerm<F extends string> = F | `-${F}` | { field: F; descending?: boolean; nulls?: "first" | "last" };
export type Order<F extends string> = OrderTerm<F> | readonly OrderTerm<F>[];

/** A value of an earlier operation of a batch, in the place of the value itself. */
export class Reference {
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** As a segment of a path, or a value after an operator. */
  toString(): string {
    return `\${${this.text}}`;
  }
  /** As a value in a body. */
  toJSON(): { $result: string } {
    return { $result: this.text };
  }
}

type Loose = { [name: string]: unknown };

/** A filter as parameters of a query, encoded. `prefix` leads to an embed: `lines.`. */
export function filterParameters(filter: Loose | undefined, prefix = ""): string[] {
  const found: string[] = [];
  for (const condition of conditions(filter)) {
    const name = `${encode(prefix)}${condition.name}`;
    found.push(`${name}=${condition.logic ? encode(condition.text) : condition.alone()}`);
  }
  return found;
}

type Condition =
  | { logic: true; name: string; text: string }
  | { logic: false; name: string; field: string; alone: () => string; within: () => string };

function* conditions(filter: Loose | undefined): Generator<Condition> {
  for (const [field, asked] of Object.entries(filter ?? {})) {
    if (asked === undefined) continue;
    if (field === "and" || field === "or")
      yield { logic: true, name: field, text: `(${(asked as Loose[]).map(together).join(",")})` };
    else if (field === "not") yield { logic: true, name: "not.and", text: `(${parts(asked as Loose).join(",")})` };
    else for (const [operator, value] of operators(asked)) yield condition(field, operator, value);
  }
}

function condition(field: string, operator: string, value: unknown): Condition {
  return {
    logic: false,
    name: encode(field),
    field,
    alone: () => `${operator}.${value instanceof Reference ? String(value) : encode(spelled(operator, value, false))}`,
    within: () => `${operator}.${spelled(operator, value, true)}`,
  };
}

/** The conditions of a filter as they stand within `and=(…)`. */
function parts(filter: Loose): string[] {
  return Array.from(conditions(filter), (each) =>
    each.logic ? `${each.name}${each.text}` : `${each.field}.${each.within()}`,
  );
}

function together(filter: Loose): string {
  const found = parts(filter);
  return found.length === 1 ? found[0]! : `and(${found.join(",")})`;
}

/** The operators of a condition with their values: `["not.in", [1, 2]]`. */
function* operators(asked: unknown, prefix = ""): Generator<[string, unknown]> {
  if (asked === null) yield [`${prefix}is`, null];
  else if (!isObject(asked)) yield [`${prefix}eq`, asked];
  else
    for (const [name, value] of Object.entries(asked)) {
      if (value === undefined) continue;
      if (name === "not") yield* operators(value, "not.");
      else
        yield [
          prefix + (value === null && name === "eq" ? "is" : value === null && name === "neq" ? "not.is" : name),
          value,
        ];
    }
}

function isObject(value: unknown): value is Loose {
  return (
    typeof value === "object" && !(value instanceof Date) && !(value instanceof Reference) && !Array.isArray(value)
  );
}

/** A value after its operator. Within parentheses what could be taken for a part of the condition is quoted. */
function spelled(operator: string, value: unknown, within: boolean): string {
  const name = operator.replace(/^not\./, "");
  if (name === "in") return `(${(value as unknown[]).map(quoted).join(",")})`;
  const isList = Array.isArray(value) && ["cs", "cd", "ov", "eq", "neq"].includes(name);
  const text = isList ? listText(value) : ["cs", "cd"].includes(name) ? JSON.stringify(value) : plain(value);
  return within && /[,()"\\{}\s]|^$/.test(text) ? quoted(text) : text;
}

/** A list as a text: `{"a","b"}`. */
export function listText(items: readonly unknown[]): string {
  return `{${items.map(quoted).join(",")}}`;
}

function plain(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function quoted(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : `"${plain(value).replace(/["\\]/g, "\\$&")}"`;
}

/** An order as the value of `order`, encoded. */
export function orderParameter(order: Order<string>): string {
  const terms = Array.isArray(order) ? (order as readonly OrderTerm<string>[]) : [order as OrderTerm<string>];
  return encode(terms.map(orderTerm).join(","));
}

function orderTerm(term: OrderTerm<string>): string {
  if (typeof term === "string") return term.startsWith("-") ? `${term.slice(1)}.desc` : term;
  return `${term.field}${term.descending ? ".desc" : ""}${term.nulls ? `.nulls${term.nulls}` : ""}`;
}

/** Percent-encoded, but for what is more readable as it is and means nothing in a query. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%3E/g, ">");
}
