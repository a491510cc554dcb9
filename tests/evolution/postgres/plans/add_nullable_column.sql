-- Add column people.town (text)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "town" text;
COMMENT ON COLUMN "people"."town" IS 'Where';
