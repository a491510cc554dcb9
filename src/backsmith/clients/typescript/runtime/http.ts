// A request and its reply, over `fetch`: who asks, what is sent again and when, and refusals as errors.

import { BacksmithError, refusalOf } from "./errors.js";
import { inMemory, Session, type Tokens, type TokenStorage } from "./session.js";

/** How a client reaches its server. */
export type ClientOptions = {
  /** Where the server is: `https://shop.example.org`. Without it, where the page comes from. */
  address?: string | undefined;
  /** Headers of every request, such as `X-API-Key`. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>) | undefined;
  /** How a session is carried: by tokens that this client keeps, or by a cookie that the browser keeps. */
  transport?: "token" | "cookie" | undefined;
  /** Where tokens are kept; in memory unless given. */
  storage?: TokenStorage | undefined;
  /** How often what failed on the way is sent again. */
  retries?: number | undefined;
  /** What is used in place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
};

/** What any request takes. */
export type Options = {
  /** Ends it. */
  signal?: AbortSignal | undefined;
  headers?: Record<string, string> | undefined;
  /** Of a write: the same key again does nothing twice. Each write has one of its own unless given. */
  idempotencyKey?: string | undefined;
};

/** A request. */
export type Asked = Options & {
  method: string;
  /** Below the address, encoded. */
  path: string;
  /** A query, encoded: `a=1&b=2`. */
  query?: string | undefined;
  /** A body of JSON. */
  json?: unknown;
  /** A body that `fetch` takes as it is. */
  content?: NonNullable<RequestInit["body"]> | undefined;
  accept?: string | undefined;
  prefer?: string | undefined;
  /** The server remembers its key. */
  idempotent?: boolean | undefined;
};

const PASSING = [502, 503, 504]; // statuses of a server that is on its way back
const LONGEST_WAIT = 10; // seconds

/** Asks a server. */
export class Transport {
  readonly session: Session | null;
  private readonly address: string;
  private readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
    this.address = (options.address ?? "").replace(/\/+$/, "");
    const renew = (refresh_token: string) =>
      this.json<Tokens>({ method: "POST", path: "/auth/token", json: { refresh_token }, signedOut: true });
    this.session = options.transport === "cookie" ? null : new Session(options.storage ?? inMemory(), renew);
  }

  /** Whether a session is carried by a cookie. */
  get byCookie(): boolean {
    return this.session === null;
  }

  /** The JSON of a reply; null where it has none. */
  async json<T>(asked: Asked & { signedOut?: boolean }): Promise<T> {
    return (await bodyOf(await this.send(asked))) as T;
  }

  /** The reply to a request. Throws a BacksmithError for a refusal, and what aborted it. */
  async send(asked: Asked & { signedOut?: boolean }): Promise<Response> {
    const key = asked.idempotent ? (asked.idempotencyKey ?? newKey()) : null;
    const again = asked.method === "GET" || asked.method === "HEAD" || key !== null;
    let renewed = false;
    for (let left = again ? (this.options.retries ?? 2) : 0; ;) {
      const token = asked.signedOut ? null : ((await this.session?.access()) ?? null);
      const outcome = await this.attempt(asked, key, token);
      if (outcome instanceof Response) return outcome;
      if (outcome.status === 401 && token !== null && !renewed && (await this.session?.renewed(token))) {
        renewed = true;
      } else if (left > 0 && mayPass(outcome)) {
        left -= 1;
        await pause(outcome.retryAfter ?? 0.2 * (1 + Math.random()), asked.signal);
      } else {
        throw outcome;
      }
    }
  }

  private async attempt(asked: Asked, key: string | null, token: string | null): Promise<Response | BacksmithError> {
    const headers = await this.headers(asked, key, token);
    const address = `${this.address}${asked.path}${asked.query ? `?${asked.query}` : ""}`;
    const init: RequestInit = { method: asked.method, headers, credentials: this.byCookie ? "include" : "same-origin" };
    if (asked.content !== undefined) init.body = asked.content;
    if (asked.json !== undefined) init.body = JSON.stringify(asked.json);
    if (asked.signal) init.signal = asked.signal;
    let reply: Response;
    try {
      reply = await (this.options.fetch ?? fetch)(address, init);
    } catch (cause) {
      if (asked.signal?.aborted) throw cause;
      return new BacksmithError("unreachable", 0, { message: `${address} can't be reached.` }, null, cause);
    }
    return reply.ok || reply.status === 304 ? reply : await refusalOf(reply);
  }

  private async headers(asked: Asked, key: string | null, token: string | null): Promise<Headers> {
    const given = this.options.headers;
    const headers = new Headers(typeof given === "function" ? await given() : given);
    for (const [name, value] of Object.entries(asked.headers ?? {})) headers.set(name, value);
    headers.set("Accept", asked.accept ?? "application/json");
    if (asked.json !== undefined) headers.set("Content-Type", "application/json");
    if (asked.prefer) headers.set("Prefer", asked.prefer);
    if (key !== null) headers.set("Idempotency-Key", key);
    if (token !== null) headers.set("Authorization", `Bearer ${token}`);
    return headers;
  }
}

/** What a reply holds: JSON, a text, the reply itself where it is neither, null where there is nothing. */
export async function bodyOf(reply: Response): Promise<unknown> {
  if (reply.status === 204 || reply.status === 304) return null;
  const type = reply.headers.get("content-type") ?? "";
  if (/^application\/([\w.-]+\+)?json\b/.test(type)) return await reply.json();
  return reply.body === null || reply.headers.get("content-length") === "0" ? null : reply;
}

function mayPass(error: BacksmithError): boolean {
  const isSoon = (error.retryAfter ?? 0) <= LONGEST_WAIT;
  return (
    error.status === 0 ||
    PASSING.includes(error.status) ||
    (isSoon && error.retryAfter !== null && [409, 429].includes(error.status))
  );
}

/** Wait for so many seconds, unless the signal ends it. */
export function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(
      () => (signal?.removeEventListener("abort", stop), resolve()),
      Math.min(seconds, LONGEST_WAIT) * 1000,
    );
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** 128 random bits. (`crypto.randomUUID` is missing on pages without https.) */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
