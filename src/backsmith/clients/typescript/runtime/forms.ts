// Bodies: as JSON, or as forms where they hold files.

import { listText } from "./filters.js";
import type { Asked } from "./http.js";

/** A body as JSON, or as a form where it has files. */
export function contentOf(body: object): Pick<Asked, "json" | "content"> {
  const members = Object.entries(body).filter(([, value]) => value !== undefined);
  if (!members.some(([, value]) => value instanceof Blob)) return { json: body };
  const form = new FormData();
  for (const [name, value] of members) form.set(name, value instanceof Blob ? value : formText(name, value));
  return { content: form };
}

/** A value as a form has it: as a text. */
function formText(name: string, value: unknown): string {
  if (value === null)
    throw new TypeError(
      `${name}: null can't be sent together with a file. Leave it out, or send the file by upload().`,
    );
  return Array.isArray(value) && value.every((each) => typeof each !== "object") ? listText(value) : jsonText(value);
}

function jsonText(value: unknown): string {
  return value instanceof Date
    ? value.toISOString()
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}

/** A body as a form, for what takes files. */
export function formOf(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined)
        form.append(name, each instanceof Blob ? each : each instanceof Date ? each.toISOString() : String(each ?? ""));
    }
  }
  return form;
}
