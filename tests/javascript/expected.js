// What the client makes of replies: the whole object that `await` of a query gives.

export const rows = (data, rest = {}) => ({
  success: true,
  error: null,
  data,
  count: null,
  status: 200,
  statusText: "OK",
  ...rest,
});

export const ids = (...numbers) => rows(numbers.map((id) => ({ id })));

// A refusal: PostgREST's four members, and beside them those of RFC 9457.
export const refused = (status, statusText, [slug, title, code], message, { details = null, hint = null, ...members } = {}) => ({
  success: false,
  error: {
    type: `/errors/${slug}`,
    title,
    status,
    detail: details === null ? message : `${message}. ${details}`,
    instance: "urn:request:asked-by-javascript",
    code,
    message,
    details,
    hint,
    ...members,
  },
  data: null,
  count: null,
  status,
  statusText,
});

export const NOT_SINGLE = ["not-single", "Not exactly one row", "PGRST116"];
export const NOT_ACCEPTABLE = ["not-acceptable", "No such representation", "PGRST107"];
export const UNKNOWN_FIELD = ["unknown-field", "No such field", "42703"];
export const UNKNOWN_COLLECTION = ["unknown-collection", "No such collection", "PGRST205"];
export const UNKNOWN_FUNCTION = ["unknown-function", "No such function", "PGRST202"];
export const UNKNOWN_RELATION = ["unknown-relation", "No such relation", "PGRST200"];
export const AMBIGUOUS_RELATION = ["ambiguous-relation", "More than one relation fits", "PGRST201"];
export const BAD_VALUE = ["bad-value", "A value doesn't fit its type", "22P02"];
export const BAD_RANGE = ["bad-range", "The range is outside the rows", "PGRST103"];
export const WRONG_TYPE = ["wrong-type", "The operator doesn't fit the field's type", "42883"];
export const UNAUTHENTICATED = ["unauthenticated", "Sign in first", "PGRST302"];
export const BAD_TOKEN = ["bad-token", "The token isn't valid", "PGRST301"];
export const FORBIDDEN = ["forbidden", "No rule allows this", "42501"];
