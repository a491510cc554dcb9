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
ALTER TABLE "customers" ADD CONSTRAINT "customers_backsmith_id_new_not_null" CHECK ("backsmith_id_new" IS NOT NULL) NOT VALID;

-- Don't let customers.backsmith_id_new be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on customers; scan
ALTER TABLE "customers" VALIDATE CONSTRAINT "customers_backsmith_id_new_not_null";

-- Don't let customers.backsmith_id_new be null
-- ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" ALTER COLUMN "backsmith_id_new" SET NOT NULL;
ALTER TABLE "customers" DROP CONSTRAINT "customers_backsmith_id_new_not_null";

-- Change the type of customers.boss from integer to uuid: a column for the new values, which a trigger writes
-- ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" ADD COLUMN "backsmith_boss_new" uuid;
CREATE FUNCTION "backsmith_customers_boss_retype"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    SELECT (SELECT "backsmith_key"."backsmith_id_new" FROM "customers" AS "backsmith_key" WHERE "backsmith_key"."id" = "backsmith_row"."boss") INTO NEW."backsmith_boss_new" FROM (SELECT (NEW).* OFFSET 0) AS "backsmith_row";
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_customers_boss_retype" BEFORE INSERT OR UPDATE ON "customers" FOR EACH ROW EXECUTE FUNCTION "backsmith_customers_boss_retype"();

-- Change the type of customers.boss from integer to uuid: the new values of the rows that are there
-- ROW EXCLUSIVE on customers; batches
UPDATE "customers" AS "backsmith_row" SET "backsmith_boss_new" = (SELECT "backsmith_key"."backsmith_id_new" FROM "customers" AS "backsmith_key" WHERE "backsmith_key"."id" = "backsmith_row"."boss") WHERE ("backsmith_boss_new" IS NULL AND (SELECT "backsmith_key"."backsmith_id_new" FROM "customers" AS "backsmith_key" WHERE "backsmith_key"."id" = "backsmith_row"."boss") IS NOT NULL) AND (…);  -- by "backsmith_row".id integer

-- The primary key customers_pkey of customers for the new column
-- SHARE UPDATE EXCLUSIVE on customers; build
CREATE UNIQUE INDEX CONCURRENTLY "backsmith_customers_pkey_new" ON "customers" ("backsmith_id_new");  -- alone

-- The foreign key b of customers for the new column: new rows
-- SHARE ROW EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" ADD CONSTRAINT "backsmith_b_new_fkey" FOREIGN KEY ("backsmith_boss_new") REFERENCES "customers" ("backsmith_id_new") NOT VALID;

-- The foreign key b of customers for the new column: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on customers, ROW SHARE on customers; scan
ALTER TABLE "customers" VALIDATE CONSTRAINT "backsmith_b_new_fkey";

-- Let the planner know the values of customers.backsmith_id_new, backsmith_boss_new
-- SHARE UPDATE EXCLUSIVE on customers; scan
ANALYZE "customers" ("backsmith_id_new", "backsmith_boss_new");

-- Change the type of customers.id from integer to uuid: the new column in the place of the old one; Change the type of customers.boss from integer to uuid: the new column in the place of the old one [convert:customers.id]
-- ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" DROP CONSTRAINT "b";
DROP TRIGGER "zz_backsmith_customers_id_retype" ON "customers";
DROP FUNCTION "backsmith_customers_id_retype"();
DROP TRIGGER "zz_backsmith_customers_boss_retype" ON "customers";
DROP FUNCTION "backsmith_customers_boss_retype"();
ALTER TABLE "customers" DROP COLUMN "id", DROP COLUMN "boss";
ALTER TABLE "customers" RENAME COLUMN "backsmith_id_new" TO "id";
ALTER TABLE "customers" RENAME COLUMN "backsmith_boss_new" TO "boss";
ALTER TABLE "customers" ADD CONSTRAINT "customers_pkey" PRIMARY KEY USING INDEX "backsmith_customers_pkey_new";
ALTER TABLE "customers" RENAME CONSTRAINT "backsmith_b_new_fkey" TO "b";
