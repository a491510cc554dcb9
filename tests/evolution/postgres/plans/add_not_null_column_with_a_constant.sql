-- Add column people.town (text, not null), 'none' in the rows that are there
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "town" text NOT NULL DEFAULT 'none';
ALTER TABLE "people" ALTER COLUMN "town" DROP DEFAULT;

-- Add column people.state (text), 'old' in the rows that are there
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "state" text DEFAULT 'old';
ALTER TABLE "people" ALTER COLUMN "state" SET DEFAULT 'new'::text;

-- Let the planner know the values of people.town, state
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("town", "state");
