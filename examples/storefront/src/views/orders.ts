// The orders of who is signed in. They change on the page when they do on the server.

import { h, money, when } from "../dom.js";
import { go, type View } from "../main.js";
import { api, who } from "../shop.js";

export const orders: View = {
  title: "Your orders",
  async render(_asked, signal) {
    if (who.me === null) {
      go("/?view=account&then=orders");
      return h("p");
    }
    const list = h("ul", { class: "orders", "aria-live": "polite", "aria-relevant": "additions text" });
    const found = api.orders.watch(
      {
        with: { lines: { select: ["quantity", "price"], with: { product: { select: ["name"] } }, order: "id" } },
        order: ["-placed_at", "-id"],
        limit: 20,
      },
      { signal },
    );
    const show = ({ items }: Shown) =>
      list.replaceChildren(
        ...(items.length ? items.map(row) : [h("li", { class: "empty" }, "You haven't ordered anything yet.")]),
      );
    const first = await found.next();
    if (!first.done) show(first.value);
    void follow(found, show, signal);
    return list;
  },
};

type Line = { quantity: number; price: number; product: { name: string } | null };
type Order = { id: number; status: string; placed_at: string | null; note: string | null; total: number; lines: Line[] };
type Shown = { items: Order[] };

async function follow(pages: AsyncIterable<Shown>, show: (page: Shown) => void, signal: AbortSignal): Promise<void> {
  try {
    for await (const page of pages) show(page);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function row(order: Order): HTMLElement {
  return h(
    "li",
    { class: "order" },
    h("h2", {}, `Order ${order.id}`),
    h("span", { class: `status ${order.status}` }, order.status),
    h("p", { class: "hint" }, order.placed_at ? when(order.placed_at) : "not placed yet"),
    h("ul", {}, ...order.lines.map((line) => h("li", {}, `${line.quantity} × ${line.product?.name ?? "no longer sold"}`))),
    order.note ? h("p", { class: "note" }, order.note) : null,
    h("p", { class: "total" }, "Total ", h("strong", {}, money(order.total))),
  );
}
