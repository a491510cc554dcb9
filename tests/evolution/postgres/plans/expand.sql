-- Add column people.first (text)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "first" text;

-- Add column people.last (text)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "last" text;

-- Keep (name) and (first, last) of people alike
-- SHARE ROW EXCLUSIVE on people; catalogue
CREATE FUNCTION "backsmith_sync_people_name"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
DECLARE
    is_new boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        is_new := NEW."first" IS NOT NULL OR NEW."last" IS NOT NULL;
    ELSIF NEW."first" IS DISTINCT FROM OLD."first" OR NEW."last" IS DISTINCT FROM OLD."last" THEN
        is_new := true;
    ELSIF NEW."name" IS DISTINCT FROM OLD."name" THEN
        is_new := false;
    ELSE
        RETURN NEW;
    END IF;
    IF is_new THEN
        SELECT "first" IS DISTINCT FROM CAST((split_part("name", ' ', 1)) AS text) OR "last" IS DISTINCT FROM CAST((nullif(split_part("name", ' ', 2), '')) AS text)
        INTO is_new FROM (SELECT (NEW).*) AS "people";
        IF is_new THEN
            SELECT (concat_ws(' ', "first", "last")) INTO NEW."name" FROM (SELECT (NEW).*) AS "people";
        END IF;
    ELSE
        SELECT (split_part("name", ' ', 1)), (nullif(split_part("name", ' ', 2), '')) INTO NEW."first", NEW."last" FROM (SELECT (NEW).*) AS "people";
    END IF;
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_sync_people_name" BEFORE INSERT OR UPDATE ON "people" FOR EACH ROW EXECUTE FUNCTION "backsmith_sync_people_name"();

-- Fill (first, last) of people with the values of the old shape
-- ROW EXCLUSIVE on people; batches
UPDATE "people" SET "first" = split_part("name", ' ', 1), "last" = nullif(split_part("name", ' ', 2), '') WHERE ("first" IS NULL) AND (…);  -- by "people".id bigint

-- Let the planner know the values of people.first, last
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("first", "last");

-- Don't let people.first be null: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_first_not_null" NOT NULL "first" NOT VALID;

-- Don't let people.first be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_first_not_null";
