// The catalogue: filters, order and page stand in the address, so that each list can be linked to.

import type { Product } from "../api/types.js";
import { announce, h, money } from "../dom.js";
import { go, type View } from "../main.js";
import { api, basket, put } from "../shop.js";

const PAGE = 12;
const ORDERS = {
  name: "Name",
  price: "Price, lowest first",
  "-price": "Price, highest first",
  "-added_on": "Newest first",
} as const;

export const catalogue: View = {
  title: "Catalogue",
  async render(asked, signal) {
    const page = Math.max(1, Number(asked.get("page")) || 1);
    const [sort, q, shelf, max] = ["sort", "q", "shelf", "max"].map((name) => asked.get(name) ?? "");
    const order = (sort && sort in ORDERS ? sort : "name") as keyof typeof ORDERS;
    const [found, shelves] = await Promise.all([
      api.products.list(
        {
          select: ["id", "name", "sku", "description", "price", "stock", "tags"],
          where: {
            active: true,
            ...(q && { name: { ilike: `*${q}*` } }),
            ...(max && { price: { lte: max } }),
            ...(asked.has("stock") && { stock: { gt: 0 } }),
          },
          with: shelf ? { categories: { select: ["name"], where: { slug: shelf }, inner: true } } : {},
          order: [order, "id"],
          limit: PAGE,
          offset: (page - 1) * PAGE,
          count: "exact",
        },
        { signal },
      ),
      api.categories.list({ select: ["name", "slug"], where: { not: { parent_id: null } }, order: "name" }, { signal }),
    ]);
    const total = found.total ?? 0;
    announce(total === 1 ? "1 product" : `${total} products`, true);
    return h(
      "div",
      { class: "catalogue" },
      h(
        "form",
        { class: "filters", role: "search", "aria-label": "Products", onchange: filter, onsubmit: filter },
        labelled("Search", h("input", { type: "search", name: "q", value: q, placeholder: "lamp, linen …" })),
        labelled("Shelf", options("shelf", shelf ?? "", [["", "All"], ...shelves.items.map((each) => [each.slug, each.name])])),
        labelled("At most", h("input", { type: "number", name: "max", value: max, min: 0, inputmode: "decimal" })),
        labelled("Order", options("sort", order, Object.entries(ORDERS))),
        h("label", { class: "check" }, h("input", { type: "checkbox", name: "stock", checked: asked.has("stock") }), "In stock"),
      ),
      h("p", { class: "count" }, total === 1 ? "1 product" : `${total} products`),
      total === 0 ? h("p", { class: "empty" }, "Nothing is like that. ", h("a", { href: "/" }, "Show everything")) : null,
      h("ul", { class: "products" }, ...found.items.map(card)),
      pages(asked, page, Math.ceil(total / PAGE)),
    );
  },
};

type Shown = Pick<Product, "id" | "name" | "sku" | "description" | "price" | "stock" | "tags">;

function card(product: Shown): HTMLElement {
  const hue = [...product.sku.slice(0, 3)].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 360;
  const tile = h("div", { class: "tile", "aria-hidden": "true" }, product.name.slice(0, 1));
  tile.style.setProperty("--hue", String(hue));
  const add = () => {
    const there = basket().lines.find((line) => line.id === product.id)?.quantity ?? 0;
    put({ id: product.id, name: product.name, price: product.price, quantity: there + 1 });
    announce(`${product.name} is in the basket.`);
  };
  return h(
    "li",
    { class: "card" },
    tile,
    h("h2", {}, product.name),
    h("p", { class: "description" }, product.description ?? ""),
    h("ul", { class: "tags", "aria-label": "Tags" }, ...product.tags.map((tag) => h("li", {}, tag))),
    h("p", { class: "price" }, h("strong", {}, money(product.price)), h("span", { class: product.stock ? "" : "out" }, stock(product.stock))),
    h("button", { onclick: add, "aria-label": `Add ${product.name} to the basket` }, "Add to basket"),
  );
}

function stock(count: number): string {
  return count === 0 ? "Out of stock" : count < 6 ? `Only ${count} left` : "In stock";
}

/** The form's values become the address; what is empty isn't in it, nor is a page of another list. */
function filter(event: Event): void {
  event.preventDefault();
  const values = new FormData(event.currentTarget as HTMLFormElement);
  const given = [...values].filter(([name, value]) => value !== "" && !(name === "sort" && value === "name"));
  go(`/?${new URLSearchParams(given as [string, string][])}`);
}

function pages(asked: URLSearchParams, page: number, last: number): HTMLElement | null {
  if (last < 2) return null;
  const link = (to: number, label: string) => {
    const query = new URLSearchParams(asked);
    query.set("page", String(to));
    return to < 1 || to > last ? h("span", { "aria-hidden": "true" }, label) : h("a", { href: `/?${query}` }, label);
  };
  return h(
    "nav",
    { class: "pages", "aria-label": "Pages" },
    link(page - 1, "← Previous"),
    h("span", { class: "here" }, `Page ${page} of ${last}`),
    link(page + 1, "Next →"),
  );
}

function labelled(label: string, input: HTMLElement): HTMLElement {
  return h("label", {}, h("span", {}, label), input);
}

function options(name: string, chosen: string, all: readonly (readonly string[])[]): HTMLElement {
  return h("select", { name }, ...all.map(([value, label]) => h("option", { value: value ?? "", selected: value === chosen }, label ?? "")));
}
