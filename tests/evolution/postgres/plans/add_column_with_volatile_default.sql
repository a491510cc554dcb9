-- Add column people.token (uuid)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "token" uuid;
ALTER TABLE "people" ALTER COLUMN "token" SET DEFAULT gen_random_uuid();

-- Fill (token) of people with its default
-- ROW EXCLUSIVE on people; batches
UPDATE "people" SET "token" = gen_random_uuid() WHERE ("token" IS NULL) AND (…);  -- by "people".id bigint

-- Don't let people.token be null: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_token_not_null" NOT NULL "token" NOT VALID;

-- Don't let people.token be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_token_not_null";
