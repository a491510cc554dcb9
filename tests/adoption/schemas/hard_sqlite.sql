-- Everything that SQLite lets a schema have, in every style of quoting.
CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name TEXT NOT NULL UNIQUE) WITHOUT ROWID;

CREATE TABLE [order] (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    `class` VARCHAR(10) NOT NULL DEFAULT 'plain', -- a keyword of Python's, CHECK (nothing)
    "select" INT, /* a parameter of the API's */
    status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'it''s "paid"', 'sent')),
    total DECIMAL(12, 2) NOT NULL DEFAULT 0 CHECK (total >= 0),
    discount REAL CHECK (discount BETWEEN 0 AND 0.5),
    quantity INTEGER NOT NULL DEFAULT 1 CONSTRAINT sane_quantity CHECK (quantity > 0 AND quantity % 2 = 0),
    note TEXT CHECK (length(note) <= 200),
    is_gift BOOLEAN NOT NULL DEFAULT 0,
    is_late INTEGER NOT NULL DEFAULT 0 CHECK (is_late IN (0, 1)),
    placed DATETIME DEFAULT CURRENT_TIMESTAMP,
    due DATE DEFAULT '2026-01-01',
    at TIME,
    ref UUID,
    extra JSON DEFAULT '{}',
    raw BLOB DEFAULT x'00ff',
    anything,
    label TEXT COLLATE NOCASE,
    doubled INTEGER GENERATED ALWAYS AS (quantity * 2) STORED,
    shown TEXT AS (label || '!') VIRTUAL,
    ship_to CHAR(2) REFERENCES countries ON DELETE SET NULL ON UPDATE CASCADE,
    bill_to CHAR(2) NOT NULL CONSTRAINT billed REFERENCES countries (code) DEFERRABLE INITIALLY DEFERRED,
    parent_id INTEGER REFERENCES "ORDER" (ID) ON DELETE CASCADE,
    CONSTRAINT late_or_not CHECK (due IS NULL OR placed IS NULL OR due >= placed),
    UNIQUE (status, placed),
    CONSTRAINT one_label UNIQUE (label)
);
CREATE INDEX by_due ON [order] (due);
CREATE INDEX by_two ON [order] (due DESC, placed);
CREATE INDEX partly ON [order] (total) WHERE total > 100;
CREATE UNIQUE INDEX "by expression" ON [order] (lower(note), total);
CREATE UNIQUE INDEX only_ref ON [order] (ref);
CREATE TRIGGER noted AFTER INSERT ON [order] BEGIN SELECT 1; END;

-- Keys of several columns, and a join table with a column more.
CREATE TABLE "order lines" (
    order_id INTEGER NOT NULL REFERENCES [order] ON DELETE CASCADE,
    number INTEGER NOT NULL,
    "Unit Price" NUMERIC,
    PRIMARY KEY (order_id, number)
);
CREATE TABLE shipments (
    ShipmentID INTEGER PRIMARY KEY,
    OrderID INTEGER NOT NULL,
    LineNumber INTEGER NOT NULL,
    FOREIGN KEY (OrderID, LineNumber) REFERENCES "order lines" (order_id, number)
);
CREATE TABLE product (sku TEXT PRIMARY KEY NOT NULL, name TEXT);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE product_tag (
    sku TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    PRIMARY KEY (sku, tag_id)
);
CREATE TABLE product_alternative (
    sku TEXT NOT NULL REFERENCES product, alternative_sku TEXT NOT NULL REFERENCES product,
    PRIMARY KEY (sku, alternative_sku)
);
CREATE TABLE rating (
    product TEXT NOT NULL REFERENCES product, tag INTEGER NOT NULL REFERENCES tag, stars INTEGER NOT NULL,
    PRIMARY KEY (product, tag)
);

-- One to one, several keys to one table, keys to what is unique, to nothing, and round in a circle.
CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, best_friend INTEGER REFERENCES person,
    team_id INTEGER REFERENCES team, date DATE, bytes BLOB, everyone TEXT);
CREATE TABLE team (id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL REFERENCES person, deputy_id INTEGER REFERENCES person);
CREATE TABLE profile (person_id INTEGER PRIMARY KEY REFERENCES person ON DELETE CASCADE, bio TEXT);
CREATE TABLE badge (id INTEGER PRIMARY KEY, holder TEXT NOT NULL UNIQUE REFERENCES person (email),
    lost INTEGER REFERENCES nowhere (id), loose TEXT REFERENCES person (everyone));
CREATE TABLE log (line TEXT, id INTEGER);

CREATE VIEW order_totals AS SELECT id, status, total * 2 AS twice FROM [order];
CREATE VIEW broken AS SELECT * FROM nowhere;
CREATE VIRTUAL TABLE search USING fts5(content);
CREATE TABLE """);import os#" ("x"");import os#" TEXT DEFAULT '"""); import os', [1st] TEXT, "ñandú" TEXT, "a b" TEXT, "A-B" TEXT);
