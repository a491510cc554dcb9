"use strict";
const find = (selector) => document.querySelector(selector);
const all = (selector) => document.querySelectorAll(selector);

// A link from a mail: its token stands behind #, where no server and no log sees it.
const token = find("input[name=token]");
const take = () => {
  if (!token || location.hash.length < 2) return;
  token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  all("[data-without-link]").forEach((each) => {
    each.hidden = true;
    each.querySelectorAll("input").forEach((input) => { input.disabled = true; });
  });
  all("[data-with-link]").forEach((each) => { each.hidden = false; });
};
take();
addEventListener("hashchange", take);

// A page of ours is sent once.
all("form").forEach((form) => form.addEventListener("submit", () => {
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
}));
addEventListener("pageshow", () => all("form button").forEach((button) => { button.disabled = false; }));

// Show a password while it is typed.
all("[data-show]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = document.getElementById(button.dataset.show);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
});

// Passkeys need a script: the browser itself talks to the authenticator.
const passkeys = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
const post = async (path, body) => {
  const reply = await fetch(path, { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body: JSON.stringify(body || {}) });
  const said = reply.status === 204 ? null : await reply.json();
  if (!reply.ok) throw Object.assign(new Error(said.message), { said });
  return said;
};
const tell = (error) => {
  if (error.said && String(error.said.type).endsWith("confirm-first")) { location.assign("/auth/confirm?next=/auth/account"); return; }
  const place = find("#passkey-problem");
  if (!place || error.name === "AbortError") return;
  place.textContent = error.said ? error.message : "That didn’t work, or was cancelled. Try again, or choose another way.";
  place.hidden = false;
};
let waiting = null;
const signIn = async (quietly) => {
  if (waiting) waiting.abort();
  waiting = new AbortController();
  try {
    const begun = await post("/auth/sign-in/passkey/options");
    const credential = await navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(begun.options),
      mediation: quietly ? "conditional" : "optional",
      signal: waiting.signal,
    });
    await post("/auth/sign-in/passkey?transport=cookie", { flow: begun.flow, credential: credential.toJSON() });
    location.assign(find("#passkey").dataset.next);
  } catch (error) {
    if (!quietly || error.said) tell(error);
  }
};
const use = find("#passkey");
if (use && passkeys) {
  use.hidden = false;
  use.addEventListener("click", () => signIn(false));
  const name = find("input[autocomplete~=webauthn]");
  if (name && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable().then((can) => {
      if (can) name.addEventListener("focus", () => { if (!waiting) signIn(true); }, { once: true });
    });
  }
}
const add = find("#add-passkey");
if (add && passkeys) {
  add.hidden = false;
  add.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const begun = await post("/auth/passkeys/options");
      const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(begun.options) });
      const given = new FormData(add).get("name").trim();
      await post("/auth/passkeys", { flow: begun.flow, credential: credential.toJSON(), ...(given ? { name: given } : {}) });
      location.assign("/auth/account?done=passkey");
    } catch (error) {
      tell(error);
      add.querySelectorAll("button").forEach((button) => { button.disabled = false; });
    }
  });
}
