// The basket, and placing an order: the order, its lines and the action that places it are one transaction.

import { isBacksmithError } from "../api/client.js";
import { announce, field, form, h, money, text } from "../dom.js";
import { go, type View } from "../main.js";
import { api, basket, emptyBasket, put, who, type BasketLine } from "../shop.js";

export const basketView: View = {
  title: "Basket",
  async render(_asked, signal) {
    const { lines } = basket();
    if (lines.length === 0) {
      return h("p", { class: "empty" }, "Nothing is in it yet. ", h("a", { href: "/" }, "To the catalogue"));
    }
    const total = h("strong", {}, money(sum()));
    addEventListener("basket", () => (total.textContent = money(sum())), { signal });
    return form(
      order,
      who.me ? "Place the order" : "Sign in to order",
      h("ul", { class: "lines" }, ...lines.map(row)),
      h("p", { class: "total" }, "Total ", total),
      who.me &&
        field("Note", {
          name: "note",
          type: "area",
          rows: 3,
          hint: "How it should be delivered, for example.",
          "data-pointer": "/operations/0/body/note",
        }),
    );
  },
};

/** What it costs by the prices that were shown; the order has those of the server. */
function sum(): number {
  return basket().lines.reduce((cents, line) => cents + Math.round(line.price * 100) * Math.max(0, line.quantity), 0) / 100;
}

function row(line: BasketLine, number: number): HTMLElement {
  const change = (quantity: number) => (put({ ...line, quantity }), go("/?view=basket"));
  const quantity = field("Quantity", {
    name: `quantity-${line.id}`,
    type: "number",
    value: line.quantity,
    "data-pointer": `/operations/0/body/lines/${number}/quantity`,
    onchange: (event) => put({ ...line, quantity: (event.target as HTMLInputElement).valueAsNumber || 0 }),
  });
  return h(
    "li",
    {},
    h("span", { class: "name" }, line.name, h("small", {}, `${money(line.price)} each`)),
    quantity,
    h("button", { type: "button", onclick: () => change(0), "aria-label": `Take ${line.name} out` }, "Remove"),
  );
}

async function order(values: FormData): Promise<void> {
  if (who.me === null) return go("/?view=account&then=basket");
  const customer = who.customer;
  if (customer === null) return go("/?view=details&then=basket");
  const { key, lines } = basket();
  try {
    await api.batch(
      (batch) => {
        const made = batch.create("orders", {
          customer_id: customer.id,
          note: text(values, "note"),
          lines: lines.map((line) => ({ product_id: line.id, quantity: line.quantity })),
        });
        return { placed: batch.act("orders", made.ref("id"), "place") };
      },
      { idempotencyKey: key }, // a reply that got lost, or a reload, doesn't order twice
    );
  } catch (error) {
    if (!isBacksmithError(error, "idempotency-mismatch")) throw error; // it was ordered, as something else by now
  }
  emptyBasket();
  announce("Thank you, your order is placed.");
  go("/?view=orders");
}
