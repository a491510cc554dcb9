// What all views share: the client, who is signed in, and the basket.

import { createClient, isBacksmithError } from "./api/client.js";
import type { Customer, Me } from "./api/types.js";

/** The server is where the page comes from (see vite.config.ts); the browser keeps the session in a cookie. */
export const api = createClient({ transport: "cookie" });

/** Who is signed in, and as which customer: an account is none until it gave its details. */
export const who: { me: Me | null; customer: Customer | null } = { me: null, customer: null };

export async function refreshWho(): Promise<void> {
  who.me = who.customer = null;
  try {
    who.me = await api.auth.getMe();
    who.customer = await api.customers.first({ where: { account_id: who.me.id } });
  } catch (error) {
    if (!isBacksmithError(error) || error.status !== 401) throw error;
  }
}

export type BasketLine = { id: number; name: string; price: number; quantity: number };
type Basket = { key: string; lines: BasketLine[] };

/** What is to be ordered. `key` makes sure that it is ordered once, whatever happens on the way and after a reload. */
export function basket(): Basket {
  const kept = localStorage.getItem("basket");
  return kept === null ? { key: newKey(), lines: [] } : (JSON.parse(kept) as Basket);
}

function keep(lines: BasketLine[], key: string): void {
  localStorage.setItem("basket", JSON.stringify({ key, lines }));
  window.dispatchEvent(new Event("basket"));
}

/** Set how many of a product are in the basket; none takes it out. */
export function put(line: BasketLine): void {
  const { key, lines } = basket();
  const others = lines.some((each) => each.id === line.id)
    ? lines.map((each) => (each.id === line.id ? line : each))
    : [...lines, line];
  keep(
    others.filter((each) => each.quantity !== 0),
    key,
  );
}

export function emptyBasket(): void {
  keep([], newKey());
}

/** 128 random bits. (`crypto.randomUUID` is missing on pages without https.) */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
