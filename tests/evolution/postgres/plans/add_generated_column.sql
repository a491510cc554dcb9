-- Add column people.twice (integer)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "twice" integer;

-- Work out people.twice for new rows
-- SHARE ROW EXCLUSIVE on people; catalogue
CREATE FUNCTION "backsmith_people_twice_generated"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    SELECT ((age * 2)) INTO NEW."twice" FROM (SELECT (NEW).*) AS "people";
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_people_twice_generated" BEFORE INSERT OR UPDATE ON "people" FOR EACH ROW EXECUTE FUNCTION "backsmith_people_twice_generated"();

-- Fill (twice) of people with what it is generated from
-- ROW EXCLUSIVE on people; batches
UPDATE "people" SET "twice" = (age * 2) WHERE ("twice" IS NULL AND ((age * 2)) IS NOT NULL) AND (…);  -- by "people".id bigint
