-- Drop the check of people: (age > 0); Add a check to people: (age > '-5'::integer): new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP CONSTRAINT "people_age_check", ADD CONSTRAINT "people_age_check" CHECK ((age > '-5'::integer)) NOT VALID;

-- Add a check to people: (age > '-5'::integer): check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_age_check";
