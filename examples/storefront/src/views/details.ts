// Who one is as a customer. A customer is made of an account when it gives this for the first time.

import { announce, field, form, text } from "../dom.js";
import { go, type View } from "../main.js";
import { api, who } from "../shop.js";

export const details: View = {
  title: "Your details",
  async render(asked) {
    const { me, customer } = who;
    if (me === null) {
      go("/?view=account&then=details");
      return document.createTextNode("");
    }
    return form(
      async (values) => {
        const given = {
          name: text(values, "name") ?? "",
          email: text(values, "email") ?? "",
          newsletter: values.has("newsletter"),
        };
        who.customer = customer
          ? await api.customers.update(customer.id, given)
          : await api.customers.create({ ...given, account_id: me.id });
        announce("Your details are kept.");
        go(asked.get("then") === "basket" ? "/?view=basket" : "/");
      },
      "Keep",
      field("Name", { name: "name", value: customer?.name ?? me.name ?? "", autocomplete: "name" }),
      field("E-mail address", { name: "email", type: "email", value: customer?.email ?? me.email ?? "", autocomplete: "email" }),
      field("Send me the newsletter", { name: "newsletter", type: "checkbox", checked: customer?.newsletter ?? false }),
    );
  },
};
