// What Zod needs to take and refuse the values that the server does. The texts of its messages are Zod's.

import { z } from "zod";
import { isDay, isDuration, isInstant, isTime, moment, wholeTime } from "./times.js";

type Check = (value: string) => boolean;
type Bounds = { gt?: string; ge?: string; lt?: string; le?: string; multipleOf?: string };

function checked(message: string, check: Check): z.ZodString {
  return z.string().refine(check, { message });
}

/** What `email` is: HTML's e-mail address, also with letters beyond ASCII in front of the @. */
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const EMAIL = new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~\\u00a1-\\u{10ffff}-]+@${LABEL}(?:\\.${LABEL})*$`, "u");
const SLUG = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;
const URL_START = /^https?:\/\/[^\s\u0000-\u0020\u007f"<>\\^`{|}]+$/i;
const INTEGER = /^[+-]?[0-9]+$/;
const NUMBER = /^[+-]?(?=\.?[0-9])([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$/;

const formats: { [format: string]: { message: string; check: Check } } = {
  email: { message: "isn't an e-mail address", check: (value) => characters(value) <= 254 && EMAIL.test(value) },
  slug: {
    message: "takes lower-case letters and digits with single - or _ between",
    check: (value) => SLUG.test(value),
  },
  url: { message: "isn't the address of a web page", check: (value) => URL_START.test(value) && isAddress(value) },
};

function isAddress(value: string): boolean {
  try {
    return new URL(value).hostname !== "";
  } catch {
    return false;
  }
}

/** Code points, as the server counts them. */
function characters(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/** A text. */
export function text(asked: { min?: number; max?: number; pattern?: RegExp; format?: string } = {}): z.ZodString {
  let schema = checked("can't hold NUL or half a character", (value) => !value.includes("\0") && isWhole(value));
  const { min, max, pattern } = asked;
  if (max !== undefined)
    schema = schema.refine((value) => characters(value) <= max, { message: `takes at most ${max} characters` });
  if (min !== undefined)
    schema = schema.refine((value) => characters(value) >= min, { message: `takes at least ${min} characters` });
  if (pattern !== undefined)
    schema = schema.refine((value) => pattern.test(value), { message: `doesn't match ${pattern.source}` });
  const format = asked.format === undefined ? undefined : formats[asked.format];
  return format === undefined ? schema : schema.refine(format.check, { message: format.message });
}

function isWhole(value: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value);
}

/** A whole number of so many bits, also as a text. */
export function integer(bits: 16 | 32 | 64, bounds: Bounds = {}): z.ZodType<number | string, number | string> {
  const end = 2n ** BigInt(bits - 1);
  return numeric((given) => {
    if (typeof given === "number" ? !Number.isInteger(given) || Math.abs(given) >= 1e21 : !INTEGER.test(given.trim()))
      return "isn't a whole number";
    const value = BigInt(typeof given === "number" ? given : given.trim().replace(/^\+/, ""));
    return value < -end || value >= end ? "is out of range" : outOf({ value, places: 0 }, bounds);
  });
}

/** An exact decimal number, also as a text: at most so many digits in all and after the point. */
export function decimal(
  digits: number | null,
  places: number,
  bounds: Bounds = {},
): z.ZodType<number | string, number | string> {
  return numeric((given) => {
    const found = exact(String(given).trim());
    if (found === null) return "isn't a decimal number";
    if (digits !== null && found.places > places) return `takes at most ${places} digits after the point`;
    const size = found.value < 0n ? -found.value : found.value;
    if (digits !== null && size >= 10n ** BigInt(digits - places + found.places))
      return `takes at most ${digits - places} digits before the point`;
    return outOf(found, bounds);
  });
}

/** A floating-point number, also as a text. */
export function float(bounds: Bounds = {}): z.ZodType<number | string, number | string> {
  return numeric((given) => {
    const value = Number(given);
    if (typeof given === "string" && !NUMBER.test(given.trim())) return "isn't a number";
    const isTooSmall = value === 0 && /[1-9]/.test(String(given).replace(/e.*$/i, "")); // zero, and yet none
    if (!Number.isFinite(value) || isTooSmall) return "is out of range";
    return lies(value, bounds, Number) ? null : `must be ${said(bounds)}`;
  });
}

function numeric(mistake: (given: number | string) => string | null): z.ZodType<number | string, number | string> {
  return z.union([z.number(), z.string()]).superRefine((given, context) => {
    const message = mistake(given);
    if (message !== null) context.addIssue({ code: "custom", message });
  });
}

type Exact = { value: bigint; places: number };

/** A decimal number as a whole one and the places that it is moved by, without trailing zeros. */
function exact(written: string): Exact | null {
  const found = NUMBER.exec(written);
  const exponent = Number(found?.[3] ?? 0);
  if (found === null || Math.abs(exponent) > 1000) return null;
  let value = BigInt((found[1] ?? "") + (found[2] ?? ""));
  let places = (found[2] ?? "").length - exponent;
  while (places > 0 && value % 10n === 0n) [value, places] = [value / 10n, places - 1];
  if (places < 0) [value, places] = [value * 10n ** BigInt(-places), 0];
  return { value: written.startsWith("-") ? -value : value, places };
}

function outOf(found: Exact, bounds: Bounds): string | null {
  const by = (bound: string | undefined) => (bound === undefined ? null : compare(found, exact(bound) ?? found));
  const [gt, ge, lt, le] = [by(bounds.gt), by(bounds.ge), by(bounds.lt), by(bounds.le)];
  const isOutside =
    (gt !== null && gt <= 0) || (ge !== null && ge < 0) || (lt !== null && lt >= 0) || (le !== null && le > 0);
  if (isOutside) return `must be ${said(bounds)}`;
  return bounds.multipleOf === undefined || isMultiple(found, exact(bounds.multipleOf))
    ? null
    : `must be a multiple of ${bounds.multipleOf}`;
}

function levelled(one: Exact, other: Exact): [bigint, bigint] {
  const places = Math.max(one.places, other.places);
  return [one.value * 10n ** BigInt(places - one.places), other.value * 10n ** BigInt(places - other.places)];
}

function compare(one: Exact, other: Exact): number {
  const [left, right] = levelled(one, other);
  return left < right ? -1 : left > right ? 1 : 0;
}

function isMultiple(found: Exact, unit: Exact | null): boolean {
  if (unit === null || unit.value === 0n) return true;
  const [value, of] = levelled(found, unit);
  return value % of === 0n;
}

function said({ gt, ge, lt, le }: Bounds): string {
  const parts = [gt && `more than ${gt}`, ge && `at least ${ge}`, lt && `less than ${lt}`, le && `at most ${le}`];
  return parts.filter(Boolean).join(" and ");
}

/** Whether a value that can be compared lies within bounds, which `read` makes comparable too. */
function lies<T extends number | string>(value: T, bounds: Bounds, read: (bound: string) => T): boolean {
  const { gt, ge, lt, le } = bounds;
  if ((gt !== undefined && value <= read(gt)) || (ge !== undefined && value < read(ge))) return false;
  return (lt === undefined || value < read(lt)) && (le === undefined || value <= read(le));
}

/** `2026-01-23` */
export function day(bounds: Bounds = {}): z.ZodString {
  return checked("isn't a date like 2026-01-23", (value) => isDay(value.trim())).refine(
    (value) => lies(value.trim(), bounds, String),
    { message: `must be ${said(bounds)}` },
  );
}

/** A text of RFC 3339, or a Date. */
export function instant(bounds: Bounds = {}): z.ZodType<string | Date, string | Date> {
  return z
    .union([checked("isn't an instant like 2026-01-23T13:45:00Z", (value) => isInstant(value.trim())), z.date()])
    .refine((value) => lies(typeof value === "string" ? moment(value) : value.getTime(), bounds, moment), {
      message: `must be ${said(bounds)}`,
    });
}

/** `13:45:00` */
export function time(bounds: Bounds = {}): z.ZodString {
  return checked("isn't a time of day like 13:45:00", (value) => isTime(value.trim())).refine(
    (value) => lies(wholeTime(value.trim()), bounds, wholeTime),
    { message: `must be ${said(bounds)}` },
  );
}

/** `P1DT2H` or `26:00:00` */
export const duration = () => checked("isn't a duration like P1DT2H", (value) => isDuration(value.trim()));
export const uuid = () =>
  checked("isn't a UUID", (value) => /^\{?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i.test(value.trim()));
/** `\x00ff` */
export const bytes = () =>
  checked("isn't bytes like \\x00ff", (value) => /^\\x(?:[0-9a-f]{2}\s*)*$/i.test(value.trim()));
export const json = () => z.json();
/** A file: its bytes. */
export const file = () => z.instanceof(Blob);
