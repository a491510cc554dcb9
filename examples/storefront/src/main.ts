// The address decides what is shown: `/?view=orders`, and for the catalogue `/?q=lamp&max=40&sort=-price&page=2`.

import { announce, h } from "./dom.js";
import { api, basket, refreshWho, who } from "./shop.js";
import { account } from "./views/account.js";
import { basketView } from "./views/basket.js";
import { catalogue } from "./views/catalogue.js";
import { details } from "./views/details.js";
import { orders } from "./views/orders.js";

/** A view: its title, and what fills it. What it still does when it is left ends with the signal. */
export type View = { title: string; render(asked: URLSearchParams, signal: AbortSignal): Promise<Node> };
const VIEWS: { [name: string]: View } = { catalogue, basket: basketView, orders, account, details };
const main = document.querySelector("main")!;
let leaving = new AbortController();
let shown = "";

/** Show what the address says. The focus goes to the heading of another view, and stays where it is within one. */
async function show(): Promise<void> {
  leaving.abort();
  const { signal } = (leaving = new AbortController());
  const asked = new URLSearchParams(location.search);
  const name = asked.get("view") ?? "catalogue";
  const view = VIEWS[name] ?? catalogue;
  main.setAttribute("aria-busy", "true");
  let content: Node;
  try {
    content = await view.render(asked, signal);
  } catch (error) {
    if (signal.aborted) return;
    content = h("p", { class: "error", role: "alert" }, error instanceof Error ? error.message : String(error));
  }
  if (signal.aborted) return;
  const focused = document.activeElement?.getAttribute("name"); // of a filter, which is made anew
  document.title = `${view.title} – The shop`;
  main.replaceChildren(h("h1", { tabindex: -1 }, view.title), content);
  main.removeAttribute("aria-busy");
  if (shown && shown !== name) main.querySelector("h1")!.focus();
  else if (focused) main.querySelector<HTMLElement>(`[name="${focused}"]`)?.focus();
  shown = name;
  navigation(name);
}

function navigation(current: string): void {
  const count = basket().lines.reduce((sum, line) => sum + line.quantity, 0);
  const link = (view: string, label: string) =>
    h("a", { href: view === "catalogue" ? "/" : `/?view=${view}`, "aria-current": view === current && "page" }, label);
  document
    .querySelector("nav")!
    .replaceChildren(
      link("catalogue", "Catalogue"),
      link("basket", count ? `Basket (${count})` : "Basket"),
      ...(who.me
        ? [link("orders", "Orders"), link("details", "Details"), h("button", { onclick: signOut }, "Sign out")]
        : [link("account", "Sign in")]),
    );
}

async function signOut(): Promise<void> {
  await api.auth.signOut();
  await refreshWho();
  announce("You are signed out.");
  go("/");
}

/** Go to an address of this page. */
export function go(address: string): void {
  history.pushState(null, "", address);
  void show();
}

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (link.origin !== location.origin || link.pathname !== "/" || link.hash) return;
  event.preventDefault();
  go(link.href);
  scrollTo(0, 0);
});
addEventListener("popstate", () => void show());
addEventListener("basket", () => navigation(shown));

await refreshWho().catch(() => undefined); // what keeps the server away, the view says
await show();
