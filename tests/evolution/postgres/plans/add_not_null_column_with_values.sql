-- Add column people.town (text)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "town" text;

-- Fill (town) of people with migration towns
-- ROW EXCLUSIVE on people; batches
UPDATE "people" SET "town" = 'of ' || "name" WHERE ("town" IS NULL) AND (…);  -- by "people".id bigint

-- Let the planner know the values of people.town
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("town");

-- Don't let people.town be null: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_town_not_null" NOT NULL "town" NOT VALID;

-- Don't let people.town be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_town_not_null";
