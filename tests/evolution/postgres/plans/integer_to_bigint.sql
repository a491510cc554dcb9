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

-- Let the planner know the values of people.backsmith_age_new
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("backsmith_age_new");

-- Change the type of people.age from integer to bigint: the new column in the place of the old one [convert:people.age]
-- ACCESS EXCLUSIVE on people; catalogue
DROP TRIGGER "zz_backsmith_people_age_retype" ON "people";
DROP FUNCTION "backsmith_people_age_retype"();
ALTER TABLE "people" DROP COLUMN "age";
ALTER TABLE "people" RENAME COLUMN "backsmith_age_new" TO "age";
