// Zod's schemas take and refuse what the server does: each value is given to both.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, isBacksmithError } from "./gallery/client.js";
import { PersonCreate, PictureCreate, PictureUpdate, RoomCreate, VisitCreate } from "./gallery/schemas.js";

const { ADDRESS } = process.env as { ADDRESS: string };
const api = createClient({ address: ADDRESS });
const painter = await api.people.create({ name: "Zod", email: "zod@example.org" });

/** Whether the server takes the body; nothing of it is kept. */
async function takes(path: string, body: unknown): Promise<boolean> {
  try {
    await api.transport.send({ method: "POST", path: `/api/${path}`, json: body, prefer: "tx=rollback" });
    return true;
  } catch (error) {
    if (isBacksmithError(error, "invalid", "bad-body")) return false;
    throw error;
  }
}

const emoji = "🖼";
const values: { [field: string]: unknown[] } = {
  title: ["a", "", "12345", "123456", emoji.repeat(5), emoji.repeat(6), 1, null, "a\u0000", "\ud83d"],
  kind: ["oil", 'an "other" \\ kind', "OIL", "", 1, null],
  price: [
    0,
    -0.01,
    19.9,
    "19.90",
    "19.901",
    1e7,
    "99999999.99",
    "100000000",
    "1e3",
    "1e-2",
    "1e-3",
    "x",
    "",
    true,
    null,
    " 3 ",
    "Infinity",
  ],
  serial: [
    1,
    1.5,
    "1",
    "1.0",
    "-5",
    "+5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "1e3",
    "",
    true,
    [],
  ],
  size: [0, 1, 1000, 1001, "12", null, 1e10, "x"],
  weight: [1, 1.5, "1.5", ".5", "1e3", "1e400", "x", "", null, true, "1e-400"],
  tags: [[], ["a"], ["a", 1], [null], "x", null],
  notes: [null, 1, "x", [1, { a: null }], { "": [] }],
  painted_on: [
    "2026-01-23",
    "2026-02-29",
    "2024-02-29",
    "2026-1-2",
    "0000-01-01",
    "2026-01-23T00:00",
    "",
    20260123,
    null,
    " 2026-01-23 ",
  ],
  hung_at: [
    "2026-01-23T10:00:00Z",
    "2026-01-23 10:00",
    "2026-01-23",
    "2026-01-23T10:00:00.123456789+02:00",
    "2026-01-23T24:00:00Z",
    "2026-01-23T10:00:60Z",
    "2026-01-23T10:00:00+16:00",
    "2026-01-23T10Z",
    "yesterday",
    0,
    null,
  ],
  shown_for: ["P1DT2H", "PT0.5S", "P", "PT", "P1W", "P1Y", "26:00:00", "1:61", "-PT3M", "x", 5, null],
  opens: ["09:30", "09:30:00", "09:30:00.5", "9:30", "25:00", "09:60", "09:30:00Z", "", null],
  code: [
    "0190b0a0-0000-7000-8000-000000000000",
    "0190B0A0000070008000000000000000",
    "{0190b0a0-0000-7000-8000-000000000000}",
    "0190b0a0",
    "",
    null,
  ],
  stamp: ["\\x", "\\x00ff", "\\x0", "\\xzz", "00ff", null],
  web: [
    "https://example.org",
    "http://a.b/c?d#e",
    "ftp://a.b",
    "https://",
    "https://a b",
    "example.org",
    "HTTPS://EXAMPLE.ORG/",
    "https://a.b/<",
    null,
  ],
  mail: [
    "a@b",
    "a@b.c",
    "ä@b.c",
    "a@ä.c",
    "a b@c",
    "@b",
    "a@",
    "a@b..c",
    "a@-b.c",
    "a@" + "b".repeat(63) + ".c",
    "a@" + "b".repeat(64) + ".c",
    `${"a".repeat(253)}@b`,
    null,
  ],
  signature: ["Abc", "A12", "abc", "Ab", "Abcd", "Aéb", "A__", "Abc\n", null],
  owner_id: [null, "x", 1.5],
  colour: ["red"],
};

for (const [field, each] of Object.entries(values)) {
  test(`values of ${field}`, async () => {
    for (const value of each) {
      const body = { title: "x", painter_id: painter.id, [field]: value };
      assert.equal(
        PictureCreate.safeParse(body).success,
        await takes("pictures", body),
        `${field}: ${JSON.stringify(value)}`,
      );
    }
  });
}

test("what has to be given", async () => {
  for (const body of [{}, { title: "x" }, { painter_id: painter.id }, { title: "x", painter_id: painter.id }]) {
    assert.equal(PictureCreate.safeParse(body).success, await takes("pictures", body), JSON.stringify(body));
  }
  assert.ok(PictureUpdate.safeParse({}).success);
  for (const slug of ["a-b", "a--b", "A", "a_1", "-a", ""]) {
    assert.equal(PersonCreate.safeParse({ slug }).success, await takes("people", { slug }), slug);
  }
  for (const body of [{ floor: "x", number: 1 }, { floor: "x" }, { floor: "12345678901", number: 1 }]) {
    assert.equal(RoomCreate.safeParse(body).success, await takes("rooms", body), JSON.stringify(body));
  }
  assert.deepEqual(
    [0, 1, 5, 6].map(
      (stars) => VisitCreate.safeParse({ room_floor: "x", room_number: 1, visitor_id: 1, stars }).success,
    ),
    [false, true, true, false],
  );
});

test("what is wrong is said at the field", () => {
  const found = PictureCreate.safeParse({ title: "too long", painter_id: 1, price: "1.234", size: 0 });
  assert.deepEqual(
    found.error?.issues.map((each) => [each.path.join("."), each.message]),
    [
      ["title", "takes at most 5 characters"],
      ["price", "takes at most 2 digits after the point"],
      ["size", "must be at least 1 and at most 1000"],
    ],
  );
});
