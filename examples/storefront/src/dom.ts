// Elements, and forms that show what the server refused at the fields that it is about.

import { isBacksmithError } from "./api/client.js";

type Child = Node | string | number | null | false;
type Attributes = { [name: string]: string | number | boolean | EventListener | undefined };

/** An element. Texts become text nodes, never HTML; attributes that begin with `on` are listeners. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== false).map((child) => child as Node | string));
  return made;
}

/** A labelled input, with room for a hint and for what is wrong with it. */
export function field(label: string, attributes: Attributes & { name: string; hint?: string }): HTMLElement {
  const { hint, ...rest } = attributes;
  const id = `field-${attributes.name}`;
  const described = `${hint ? `${id}-hint ` : ""}${id}-error`;
  const input = h(rest["type"] === "area" ? "textarea" : "input", { ...rest, id, "aria-describedby": described });
  return h(
    "div",
    { class: rest["type"] === "checkbox" ? "field check" : "field" },
    h("label", { for: id }, label),
    input,
    hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    h("p", { class: "error", id: `${id}-error` }),
  );
}

/** What a form does with its values. */
export type Submit = (values: FormData) => Promise<void>;

/**
 * A form. The browser doesn't check it (`novalidate`): what is right is said once, in the model, and the server says
 * what isn't. Each mistake stands at its field; whatever no field is there for stands above the button.
 */
export function form(submit: Submit, button: string, ...children: Child[]): HTMLFormElement {
  const general = h("p", { class: "error general", role: "alert" });
  const send = h("button", { type: "submit", class: "primary" }, button);
  const made = h("form", { novalidate: true }, ...children, general, send);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled") === "true") return;
    send.setAttribute("aria-disabled", "true");
    show(made, general, {}, "");
    try {
      await submit(new FormData(made));
    } catch (error) {
      if (!isBacksmithError(error)) throw error;
      const left = show(made, general, error.byPointer, "");
      if (left.length > 0 || error.errors.length === 0) {
        general.textContent = left.join(" ") || [error.message, error.hint].filter(Boolean).join(" ");
      }
      (made.querySelector<HTMLElement>("[aria-invalid=true]") ?? send).focus();
    } finally {
      send.removeAttribute("aria-disabled");
    }
  });
  return made;
}

/** Put messages at their fields, by pointer into the body: `/email`; gives those that no field is there for. */
function show(made: HTMLFormElement, general: HTMLElement, messages: Record<string, string>, text: string): string[] {
  general.textContent = text;
  const left = { ...messages };
  for (const input of made.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("[name]")) {
    const pointer = input.dataset["pointer"] ?? `/${input.name}`;
    const message = left[pointer] ?? "";
    delete left[pointer];
    input.toggleAttribute("aria-invalid", false);
    if (message) input.setAttribute("aria-invalid", "true");
    const room = document.getElementById(`${input.id}-error`);
    if (room) room.textContent = message;
  }
  return Object.values(left);
}

/** The trimmed text of a form's field; null where nothing is given. */
export function text(values: FormData, name: string): string | null {
  return String(values.get(name) ?? "").trim() || null;
}

let fading = 0;

/** Say something to everybody for a while; or, quietly, to screen readers alone. */
export function announce(message: string, quietly = false): void {
  const toast = document.querySelector(".toast")!;
  if (quietly && toast.textContent && !toast.classList.contains("quiet")) return; // somebody still reads that
  toast.classList.toggle("quiet", quietly);
  toast.textContent = message;
  clearTimeout(fading);
  fading = window.setTimeout(() => (toast.textContent = ""), 5000);
}

const MONEY = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
export const money = (amount: number): string => MONEY.format(amount);
const WHEN = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
export const when = (instant: string): string => WHEN.format(new Date(instant));
