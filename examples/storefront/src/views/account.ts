// Signing up, by a code that comes by mail, and signing in, by password or by such a code.

import { announce, field, form, h, text } from "../dom.js";
import { go, type View } from "../main.js";
import { api, refreshWho, who } from "../shop.js";

const WAYS = { in: "Sign in", code: "Sign in by mail", up: "Sign up" } as const;

export const account: View = {
  title: "Your account",
  async render(asked) {
    const way = (asked.get("way") ?? "in") as keyof typeof WAYS;
    const then = asked.get("then") ?? "";
    const tabs = h(
      "nav",
      { class: "tabs", "aria-label": "Ways in" },
      ...Object.entries(WAYS).map(([name, label]) =>
        h("a", { href: `/?view=account&way=${name}&then=${then}`, "aria-current": name === way && "true" }, label),
      ),
    );
    const email = field("E-mail address", { name: "email", type: "email", autocomplete: "email" });
    const password = (autocomplete: string, hint: string) =>
      field("Password", { name: "password", type: "password", autocomplete, hint });
    const given = (values: FormData) => ({
      email: text(values, "email") ?? "",
      password: String(values.get("password") ?? ""),
    });
    const box = h("div", { class: "box" }, tabs);
    const codeNext = (flow: string, confirm: (flow: string, code: string) => Promise<unknown>) => {
      const made = form(
        async (values) => done(await confirm(flow, text(values, "code") ?? ""), then),
        "Go on",
        h("p", { role: "status" }, "A code came by mail."),
        field("Code", { name: "code", inputmode: "numeric", autocomplete: "one-time-code" }),
      );
      box.replaceChildren(made);
      made.querySelector("input")!.focus();
    };
    const forms = {
      in: () =>
        form(async (values) => done(await api.auth.signIn(given(values)), then), "Sign in", email, password("current-password", "")),
      code: () =>
        form(
          async (values) => {
            const { flow } = await api.auth.sendSignInCode({ email: given(values).email });
            codeNext(flow, (flow, code) => api.auth.signInByCode({ flow, code }));
          },
          "Send a code",
          email,
        ),
      up: () =>
        form(
          async (values) => {
            const { flow } = await api.auth.signUp({ ...given(values), name: text(values, "name") });
            codeNext(flow, (flow, code) => api.auth.confirmSignUp({ flow, code }));
          },
          "Sign up",
          field("Name", { name: "name", autocomplete: "name" }),
          email,
          password("new-password", "At least ten characters."),
        ),
    };
    box.append((forms[way] ?? forms.in)());
    return box;
  },
};

/** Signed in. (The shop has no second factors of its own: who has one signs in at `/auth/sign-in`.) */
async function done(reply: unknown, then: string): Promise<void> {
  if (typeof reply === "object" && reply !== null && "next" in reply) return void location.assign("/auth/sign-in");
  await refreshWho();
  announce("You are signed in.");
  if (who.customer === null) go(`/?view=details&then=${then}`);
  else go(then ? `/?view=${then}` : "/");
}
