-- Create type backsmith_mood_new of 'ok', 'happy'
-- no lock; catalogue
CREATE TYPE "backsmith_mood_new" AS ENUM ('ok', 'happy');

-- Change the type of moods.mood from mood to "backsmith_mood_new": a column for the new values, which a trigger writes
-- ACCESS EXCLUSIVE on moods; catalogue
ALTER TABLE "moods" ADD COLUMN "backsmith_mood_new" "backsmith_mood_new";
CREATE FUNCTION "backsmith_moods_mood_retype"() RETURNS trigger LANGUAGE plpgsql AS $backsmith$
#variable_conflict use_column
BEGIN
    SELECT ("mood"::text::"backsmith_mood_new") INTO NEW."backsmith_mood_new" FROM (SELECT (NEW).* OFFSET 0) AS "backsmith_row";
    RETURN NEW;
END
$backsmith$;
CREATE TRIGGER "zz_backsmith_moods_mood_retype" BEFORE INSERT OR UPDATE ON "moods" FOR EACH ROW EXECUTE FUNCTION "backsmith_moods_mood_retype"();

-- Change the type of moods.mood from mood to "backsmith_mood_new": the new values of the rows that are there
-- ROW EXCLUSIVE on moods; batches
UPDATE "moods" AS "backsmith_row" SET "backsmith_mood_new" = ("mood"::text::"backsmith_mood_new") WHERE ("backsmith_mood_new" IS NULL AND ("mood"::text::"backsmith_mood_new") IS NOT NULL) AND (…);  -- by "backsmith_row".id integer

-- Don't let moods.backsmith_mood_new be null: new rows
-- ACCESS EXCLUSIVE on moods; catalogue
ALTER TABLE "moods" ADD CONSTRAINT "moods_backsmith_mood_new_not_null" NOT NULL "backsmith_mood_new" NOT VALID;

-- Don't let moods.backsmith_mood_new be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on moods; scan
ALTER TABLE "moods" VALIDATE CONSTRAINT "moods_backsmith_mood_new_not_null";

-- The index moods_mood_idx of moods for the new column
-- SHARE UPDATE EXCLUSIVE on moods; build
CREATE INDEX CONCURRENTLY "backsmith_moods_mood_idx_new" ON "moods" ("backsmith_mood_new");  -- alone

-- Change the type of moods.mood from mood to "backsmith_mood_new": the new column in the place of the old one [convert:moods.mood]
-- ACCESS EXCLUSIVE on moods; catalogue
DROP TRIGGER "zz_backsmith_moods_mood_retype" ON "moods";
DROP FUNCTION "backsmith_moods_mood_retype"();
ALTER TABLE "moods" DROP COLUMN "mood";
ALTER TABLE "moods" RENAME COLUMN "backsmith_mood_new" TO "mood";
DROP TYPE "mood";
ALTER TYPE "backsmith_mood_new" RENAME TO "mood";
ALTER INDEX "backsmith_moods_mood_idx_new" RENAME TO "moods_mood_idx";
ALTER TABLE "moods" RENAME CONSTRAINT "moods_backsmith_mood_new_not_null" TO "moods_mood_not_null";
ALTER TABLE "moods" ALTER COLUMN "mood" SET DEFAULT 'ok'::mood;
