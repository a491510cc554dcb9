-- Change the type of Odd.a table.select from integer to bigint: a column for the new values, which a trigger writes
-- ACCESS EXCLUSIVE on Odd.a table; catalogue
ALTER TABLE "Odd"."a table" ADD COLUMN "backsmith_select_new" bigint;
CREATE FUNCTION "Odd"."backsmith_a table_select_retype"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    SELECT CAST("backsmith_row"."select" AS bigint) INTO NEW."backsmith_select_new" FROM (SELECT (NEW).* OFFSET 0) AS "backsmith_row";
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_a table_select_retype" BEFORE INSERT OR UPDATE ON "Odd"."a table" FOR EACH ROW EXECUTE FUNCTION "Odd"."backsmith_a table_select_retype"();

-- Change the type of Odd.a table.select from integer to bigint: the new values of the rows that are there
-- ROW EXCLUSIVE on Odd.a table; batches
UPDATE "Odd"."a table" AS "backsmith_row" SET "backsmith_select_new" = CAST("backsmith_row"."select" AS bigint) WHERE ("backsmith_select_new" IS NULL AND CAST("backsmith_row"."select" AS bigint) IS NOT NULL) AND (…);  -- by "backsmith_row".the id integer

-- Don't let Odd.a table.backsmith_select_new be null: new rows
-- ACCESS EXCLUSIVE on Odd.a table; catalogue
ALTER TABLE "Odd"."a table" ADD CONSTRAINT "a table_backsmith_select_new_not_null" NOT NULL "backsmith_select_new" NOT VALID;

-- Don't let Odd.a table.backsmith_select_new be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on Odd.a table; scan
ALTER TABLE "Odd"."a table" VALIDATE CONSTRAINT "a table_backsmith_select_new_not_null";

-- The check a table_select_check of Odd.a table for the new column: new rows
-- ACCESS EXCLUSIVE on Odd.a table; catalogue
ALTER TABLE "Odd"."a table" ADD CONSTRAINT "backsmith_a table_select_check_new_check" CHECK (("backsmith_select_new" > 0)) NOT VALID;

-- The check a table_select_check of Odd.a table for the new column: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on Odd.a table; scan
ALTER TABLE "Odd"."a table" VALIDATE CONSTRAINT "backsmith_a table_select_check_new_check";

-- Let the planner know the values of Odd.a table.backsmith_select_new
-- SHARE UPDATE EXCLUSIVE on Odd.a table; scan
ANALYZE "Odd"."a table" ("backsmith_select_new");

-- Change the type of Odd.a table.select from integer to bigint: the new column in the place of the old one [convert:Odd.a table.select]
-- ACCESS EXCLUSIVE on Odd.a table; catalogue
DROP TRIGGER "zz_backsmith_a table_select_retype" ON "Odd"."a table";
DROP FUNCTION "Odd"."backsmith_a table_select_retype"();
ALTER TABLE "Odd"."a table" DROP COLUMN "select";
ALTER TABLE "Odd"."a table" RENAME COLUMN "backsmith_select_new" TO "select";
ALTER TABLE "Odd"."a table" RENAME CONSTRAINT "backsmith_a table_select_check_new_check" TO "a table_select_check";
ALTER TABLE "Odd"."a table" RENAME CONSTRAINT "a table_backsmith_select_new_not_null" TO "a table_select_not_null";
ALTER TABLE "Odd"."a table" ALTER COLUMN "select" SET DEFAULT 3;

-- Make (select) of Odd.a table unique: build its index
-- SHARE UPDATE EXCLUSIVE on Odd.a table; build
CREATE UNIQUE INDEX CONCURRENTLY "a table_select_key" ON "Odd"."a table" ("select");  -- alone

-- Make (select) of Odd.a table unique
-- ACCESS EXCLUSIVE on Odd.a table; catalogue
ALTER TABLE "Odd"."a table" ADD CONSTRAINT "a table_select_key" UNIQUE USING INDEX "a table_select_key";
