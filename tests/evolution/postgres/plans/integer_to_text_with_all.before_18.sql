-- Change the type of people.age from integer to bigint: a column for the new values, which a trigger writes
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "backsmith_age_new" bigint;
CREATE FUNCTION "backsmith_people_age_retype"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    SELECT CAST("backsmith_row"."age" AS bigint) INTO NEW."backsmith_age_new" FROM (SELECT (NEW).* OFFSET 0) AS "backsmith_row";
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_people_age_retype" BEFORE INSERT OR UPDATE ON "people" FOR EACH ROW EXECUTE FUNCTION "backsmith_people_age_retype"();

-- Change the type of people.age from integer to bigint: the new values of the rows that are there
-- ROW EXCLUSIVE on people; batches
UPDATE "people" AS "backsmith_row" SET "backsmith_age_new" = CAST("backsmith_row"."age" AS bigint) WHERE ("backsmith_age_new" IS NULL AND CAST("backsmith_row"."age" AS bigint) IS NOT NULL) AND (…);  -- by "backsmith_row".id bigint

-- Don't let people.backsmith_age_new be null: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_backsmith_age_new_not_null" CHECK ("backsmith_age_new" IS NOT NULL) NOT VALID;

-- Don't let people.backsmith_age_new be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_backsmith_age_new_not_null";

-- Don't let people.backsmith_age_new be null
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "backsmith_age_new" SET NOT NULL;
ALTER TABLE "people" DROP CONSTRAINT "people_backsmith_age_new_not_null";

-- The check people_age_check of people for the new column: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "backsmith_people_age_check_new_check" CHECK (("backsmith_age_new" <> 99)) NOT VALID;

-- The check people_age_check of people for the new column: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "backsmith_people_age_check_new_check";

-- The unique people_age_key of people for the new column
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE UNIQUE INDEX CONCURRENTLY "backsmith_people_age_key_new" ON "people" ("backsmith_age_new");  -- alone

-- The index people_age_name_idx of people for the new column
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE INDEX CONCURRENTLY "backsmith_people_age_name_idx_new" ON "people" ("backsmith_age_new" DESC, "name");  -- alone

-- The index people_old_idx of people for the new column
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE INDEX CONCURRENTLY "backsmith_people_old_idx_new" ON "people" ((("backsmith_age_new" + 1))) WHERE ("backsmith_age_new" > 5);  -- alone

-- Let the planner know the values of people.backsmith_age_new
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("backsmith_age_new");

-- Change the type of people.age from integer to bigint: the new column in the place of the old one [convert:people.age]
-- ACCESS EXCLUSIVE on people; catalogue
DROP TRIGGER "zz_backsmith_people_age_retype" ON "people";
DROP FUNCTION "backsmith_people_age_retype"();
ALTER TABLE "people" DROP COLUMN "age";
ALTER TABLE "people" RENAME COLUMN "backsmith_age_new" TO "age";
ALTER TABLE "people" ADD CONSTRAINT "people_age_key" UNIQUE USING INDEX "backsmith_people_age_key_new";
ALTER INDEX "backsmith_people_age_name_idx_new" RENAME TO "people_age_name_idx";
ALTER INDEX "backsmith_people_old_idx_new" RENAME TO "people_old_idx";
ALTER TABLE "people" RENAME CONSTRAINT "backsmith_people_age_check_new_check" TO "people_age_check";
ALTER TABLE "people" ALTER COLUMN "age" SET DEFAULT 3;
COMMENT ON COLUMN "people"."age" IS 'In years';
