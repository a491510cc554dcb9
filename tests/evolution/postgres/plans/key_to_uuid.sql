-- Change the type of customers.id from integer to uuid: a column for the new values, which a trigger writes
-- ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" ADD COLUMN "backsmith_id_new" uuid;
CREATE FUNCTION "backsmith_customers_id_retype"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    IF NEW."backsmith_id_new" IS NULL THEN
        SELECT (gen_random_uuid()) INTO NEW."backsmith_id_new" FROM (SELECT (NEW).* OFFSET 0) AS "backsmith_row";
    END IF;
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_customers_id_retype" BEFORE INSERT OR UPDATE ON "customers" FOR EACH ROW EXECUTE FUNCTION "backsmith_customers_id_retype"();

-- Change the type of customers.id from integer to uuid: the new values of the rows that are there
-- ROW EXCLUSIVE on customers; batches
UPDATE "customers" AS "backsmith_row" SET "backsmith_id_new" = (gen_random_uuid()) WHERE ("backsmith_id_new" IS NULL) AND (…);  -- by "backsmith_row".id integer

-- Don't let customers.backsmith_id_new be null: new rows
-- ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" ADD CONSTRAINT "customers_backsmith_id_new_not_null" NOT NULL "backsmith_id_new" NOT VALID;

-- Don't let customers.backsmith_id_new be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on customers; scan
ALTER TABLE "customers" VALIDATE CONSTRAINT "customers_backsmith_id_new_not_null";

-- Change the type of orders.customer_id from integer to uuid: a column for the new values, which a trigger writes
-- ACCESS EXCLUSIVE on orders; catalogue
ALTER TABLE "orders" ADD COLUMN "backsmith_customer_id_new" uuid;
CREATE FUNCTION "backsmith_orders_customer_id_retype"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    SELECT (SELECT "backsmith_key"."backsmith_id_new" FROM "customers" AS "backsmith_key" WHERE "backsmith_key"."id" = "backsmith_row"."customer_id") INTO NEW."backsmith_customer_id_new" FROM (SELECT (NEW).* OFFSET 0) AS "backsmith_row";
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_orders_customer_id_retype" BEFORE INSERT OR UPDATE ON "orders" FOR EACH ROW EXECUTE FUNCTION "backsmith_orders_customer_id_retype"();

-- Change the type of orders.customer_id from integer to uuid: the new values of the rows that are there
-- ROW EXCLUSIVE on orders; batches
UPDATE "orders" AS "backsmith_row" SET "backsmith_customer_id_new" = (SELECT "backsmith_key"."backsmith_id_new" FROM "customers" AS "backsmith_key" WHERE "backsmith_key"."id" = "backsmith_row"."customer_id") WHERE ("backsmith_customer_id_new" IS NULL AND (SELECT "backsmith_key"."backsmith_id_new" FROM "customers" AS "backsmith_key" WHERE "backsmith_key"."id" = "backsmith_row"."customer_id") IS NOT NULL) AND (…);  -- by "backsmith_row".id integer

-- Don't let orders.backsmith_customer_id_new be null: new rows
-- ACCESS EXCLUSIVE on orders; catalogue
ALTER TABLE "orders" ADD CONSTRAINT "orders_backsmith_customer_id_new_not_null" NOT NULL "backsmith_customer_id_new" NOT VALID;

-- Don't let orders.backsmith_customer_id_new be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on orders; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_backsmith_customer_id_new_not_null";

-- The primary key customers_pkey of customers for the new column
-- SHARE UPDATE EXCLUSIVE on customers; build
CREATE UNIQUE INDEX CONCURRENTLY "backsmith_customers_pkey_new" ON "customers" ("backsmith_id_new");  -- alone

-- The index orders_customer_id_idx of orders for the new column
-- SHARE UPDATE EXCLUSIVE on orders; build
CREATE INDEX CONCURRENTLY "backsmith_orders_customer_id_idx_new" ON "orders" ("backsmith_customer_id_new");  -- alone

-- The foreign key orders_customer_id_fkey of orders for the new column: new rows
-- SHARE ROW EXCLUSIVE on orders, SHARE ROW EXCLUSIVE on customers; catalogue
ALTER TABLE "orders" ADD CONSTRAINT "backsmith_orders_customer_id_fkey_new_fkey" FOREIGN KEY ("backsmith_customer_id_new") REFERENCES "customers" ("backsmith_id_new") ON DELETE CASCADE NOT VALID;

-- The foreign key orders_customer_id_fkey of orders for the new column: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customers; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "backsmith_orders_customer_id_fkey_new_fkey";

-- Let the planner know the values of customers.backsmith_id_new
-- SHARE UPDATE EXCLUSIVE on customers; scan
ANALYZE "customers" ("backsmith_id_new");

-- Let the planner know the values of orders.backsmith_customer_id_new
-- SHARE UPDATE EXCLUSIVE on orders; scan
ANALYZE "orders" ("backsmith_customer_id_new");

-- Change the type of customers.id from integer to uuid: the new column in the place of the old one; Change the type of orders.customer_id from integer to uuid: the new column in the place of the old one [convert:customers.id]
-- ACCESS EXCLUSIVE on customers, ACCESS EXCLUSIVE on orders; catalogue
LOCK TABLE "customers", "orders" IN ACCESS EXCLUSIVE MODE;
ALTER TABLE "orders" DROP CONSTRAINT "orders_customer_id_fkey";
DROP TRIGGER "zz_backsmith_customers_id_retype" ON "customers";
DROP FUNCTION "backsmith_customers_id_retype"();
DROP TRIGGER "zz_backsmith_orders_customer_id_retype" ON "orders";
DROP FUNCTION "backsmith_orders_customer_id_retype"();
ALTER TABLE "customers" DROP COLUMN "id";
ALTER TABLE "orders" DROP COLUMN "customer_id";
ALTER TABLE "customers" RENAME COLUMN "backsmith_id_new" TO "id";
ALTER TABLE "orders" RENAME COLUMN "backsmith_customer_id_new" TO "customer_id";
ALTER TABLE "customers" ADD CONSTRAINT "customers_pkey" PRIMARY KEY USING INDEX "backsmith_customers_pkey_new";
ALTER INDEX "backsmith_orders_customer_id_idx_new" RENAME TO "orders_customer_id_idx";
ALTER TABLE "orders" RENAME CONSTRAINT "backsmith_orders_customer_id_fkey_new_fkey" TO "orders_customer_id_fkey";
ALTER TABLE "customers" RENAME CONSTRAINT "customers_backsmith_id_new_not_null" TO "customers_id_not_null";
ALTER TABLE "orders" RENAME CONSTRAINT "orders_backsmith_customer_id_new_not_null" TO "orders_customer_id_not_null";
