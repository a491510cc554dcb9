// The values of JSON that the types are made of, under names that say what is in them.

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json | undefined };

/**
 * A whole number of up to 64 bits. JavaScript's numbers are exact up to `Number.MAX_SAFE_INTEGER` (2^53 - 1); beyond
 * that digits get lost in `JSON.parse`.
 */
export type Int64 = number;

/** The same where it is given: a text keeps all its digits. */
export type Int64Given = number | string;

/**
 * An exact decimal number of the database. As a JavaScript number it has about 15 digits that can be relied on: don't
 * add up money with it, leave that to the server.
 */
export type Decimal = number;

/** The same where it is given: a text such as `"19.90"` keeps all its digits. */
export type DecimalGiven = number | string;

/** A day: `2026-01-23`. */
export type Day = string;

/** An instant in UTC: `2026-01-23T13:45:00+00:00`. */
export type Instant = string;

/** The same where it is given: a text of RFC 3339, or a Date (which has milliseconds, not microseconds). */
export type InstantGiven = string | Date;

/** A time of day: `13:45:00`. */
export type Time = string;

/** A length of time of ISO 8601: `P1DT2H`. */
export type Duration = string;

/** A UUID in its lower-case form. */
export type Uuid = string;

/** Bytes in hexadecimal digits: `\x68656c6c6f`. */
export type Bytes = string;

/** What is known of a file. `url` is relative to the API. */
export type FileInfo = { name: string; type: string; size: number; sha256: string; url: string };

/** The bytes of a file, as a body of `fetch` takes them. A stream isn't among them: it couldn't be sent again. */
export type FileBody = Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string;
