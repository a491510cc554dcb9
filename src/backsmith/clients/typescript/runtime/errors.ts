// What the server refuses, and what never reached it, as one kind of Error.

import type { ErrorKind } from "../types.js";

/** One mistake in a body. */
export type Mistake = {
  /** Where it stands in the body (RFC 6901): `/email`, `/lines/1/price`. */
  pointer: string;
  code: string;
  message: string;
  hint?: string | null;
};

/** Kinds of the client's own: nothing came back; what came back is no problem document; it was done but isn't shown. */
export type OwnKind = "unreachable" | "unreadable" | "out-of-sight";

type Problem = Partial<{
  type: string;
  title: string;
  status: number;
  instance: string;
  code: string | null;
  message: string;
  detail: string;
  details: string | null;
  hint: string | null;
  errors: Mistake[];
  operation: number;
}>;

/** A refusal, as a problem document (RFC 9457) says it. */
export class BacksmithError extends Error {
  override readonly name = "BacksmithError";
  /** Which kind of mistake it is; the server explains it at `/errors/` and this. */
  readonly kind: ErrorKind | OwnKind;
  /** The status of HTTP; 0 where nothing came back. */
  readonly status: number;
  /** PostgREST's or PostgreSQL's code for the case. */
  readonly code: string | null;
  readonly details: string | null;
  /** What to do instead. */
  readonly hint: string | null;
  /** All mistakes in the body, where it is one of a body. */
  readonly errors: readonly Mistake[];
  /** What the log of the server has it under. */
  readonly requestId: string | null;
  /** Of a batch: the number of the operation that was refused, from 0. */
  readonly operation: number | null;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | null;
  /** What came back, whole: addresses of the application's own may refuse in a form of their own. */
  readonly body: unknown;

  constructor(
    kind: ErrorKind | OwnKind,
    status: number,
    problem: Problem,
    retryAfter: number | null = null,
    cause?: unknown,
  ) {
    super(problem.message ?? problem.detail ?? problem.title ?? kind, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.status = status;
    this.code = problem.code ?? null;
    this.details = problem.details ?? null;
    this.hint = problem.hint ?? null;
    this.errors = problem.errors ?? [];
    this.requestId = problem.instance?.replace(/^urn:request:/, "") ?? null;
    this.operation = problem.operation ?? null;
    this.retryAfter = retryAfter;
    this.body = problem;
  }

  /** What is wrong at a place of the body: `at("/email")`, or `at("email")` of a member at its top. */
  at(pointer: string): string | undefined {
    const sought = pointer.startsWith("/") ? pointer : `/${pointer}`;
    return this.errors.find((each) => each.pointer === sought)?.message;
  }

  /** The first mistake at each place of the body, by pointer: for forms. */
  get byPointer(): { [pointer: string]: string } {
    const found: { [pointer: string]: string } = {};
    for (const each of this.errors) found[each.pointer] ??= each.message;
    return found;
  }
}

/** Whether something that was caught is a refusal, and of one of these kinds if any are named. */
export function isBacksmithError(error: unknown, ...kinds: (ErrorKind | OwnKind)[]): error is BacksmithError {
  return error instanceof BacksmithError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** The error that a reply says. */
export async function refusalOf(reply: Response): Promise<BacksmithError> {
  const after = Number.parseFloat(reply.headers.get("retry-after") ?? "");
  const retryAfter = Number.isNaN(after) ? null : after;
  let problem: unknown;
  try {
    problem = await reply.json();
  } catch (cause) {
    return new BacksmithError(
      "unreadable",
      reply.status,
      { message: `Not the server, but something before it answered, with the status ${reply.status}. Does the server run?` },
      retryAfter,
      cause,
    );
  }
  return problemOf(problem, reply.status, retryAfter);
}

/** The error that a problem document says. */
export function problemOf(problem: unknown, status: number, retryAfter: number | null = null): BacksmithError {
  const said: Problem = typeof problem === "object" && problem !== null ? problem : {};
  const slug = typeof said.type === "string" ? said.type.replace(/^.*\//, "") : "unreadable";
  return new BacksmithError(slug as ErrorKind, status, said, retryAfter);
}
