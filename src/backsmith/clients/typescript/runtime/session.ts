// Who is signed in: the tokens of a session, where they are kept, and how they are renewed.

import { BacksmithError } from "./errors.js";

/** The tokens of a session. */
export type Tokens = { access_token: string; refresh_token: string };

/** Where tokens are kept. Without one they are kept in memory and gone with the page. */
export type TokenStorage = {
  load(): Tokens | null | Promise<Tokens | null>;
  /** Null: who was signed in isn't any more. */
  save(tokens: Tokens | null): void | Promise<void>;
};

/** Keeps tokens in memory. */
export function inMemory(tokens: Tokens | null = null): TokenStorage {
  return { load: () => tokens, save: (given) => void (tokens = given) };
}

/** Runs one function at a time, among all tabs of an origin where the browser has locks. */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (
    globalThis as { navigator?: { locks?: { request(name: string, work: () => Promise<T>): Promise<T> } } }
  ).navigator?.locks;
  return locks === undefined ? await work() : await locks.request(name, work);
}

/** A session that is carried by tokens. */
export class Session {
  private readonly storage: TokenStorage;
  private readonly renew: (refreshToken: string) => Promise<Tokens>;
  private renewing: Promise<boolean> | null = null;

  /** `renew` asks the server for new tokens. */
  constructor(storage: TokenStorage, renew: (refreshToken: string) => Promise<Tokens>) {
    this.storage = storage;
    this.renew = renew;
  }

  /** The access token, if anybody is signed in. */
  async access(): Promise<string | null> {
    return (await this.storage.load())?.access_token ?? null;
  }

  /** Keep the tokens of a reply, if it has any. */
  async keep(reply: unknown): Promise<void> {
    const given = reply as Partial<Tokens> | null | undefined;
    if (typeof given?.access_token === "string" && typeof given.refresh_token === "string") {
      await this.storage.save({ access_token: given.access_token, refresh_token: given.refresh_token });
    }
  }

  /** Forget who is signed in. */
  async forget(): Promise<void> {
    await this.storage.save(null);
  }

  /**
   * After a request with this access token was refused: whether there is another one now. A refresh token is good once,
   * so however many requests were refused at once, one renewal is asked for.
   */
  renewed(used: string): Promise<boolean> {
    this.renewing ??= alone("backsmith-session", () => this.tryToRenew(used)).finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async tryToRenew(used: string): Promise<boolean> {
    const tokens = await this.storage.load();
    if (tokens === null) return false;
    if (tokens.access_token !== used) return true; // another tab was first
    try {
      await this.storage.save(await this.renew(tokens.refresh_token));
      return true;
    } catch (error) {
      if (!(error instanceof BacksmithError) || error.status < 400 || error.status >= 500) throw error;
      await this.forget();
      return false;
    }
  }
}
