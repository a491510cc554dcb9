// All that the files of an application are made with.

export * from "./batch.js";
export * from "./calls.js";
export * from "./collection.js";
export * from "./errors.js";
export * from "./filters.js";
export * from "./forms.js";
export * from "./http.js";
export * from "./queries.js";
export * from "./rows.js";
export * from "./session.js";
export * from "./values.js";
