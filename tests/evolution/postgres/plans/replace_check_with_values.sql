-- Drop the check of people: (age > 0)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP CONSTRAINT "people_age_check";

-- Fill (age) of people with older people
-- ROW EXCLUSIVE on people; batches
UPDATE "people" SET "age" = "age" + 10 WHERE ("age" <= 10) AND (…);  -- by "people".id bigint

-- Let the planner know the values of people.age
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("age");

-- Add a check to people: (age > 10): new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_age_check" CHECK ((age > 10)) NOT VALID;

-- Add a check to people: (age > 10): check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_age_check";
