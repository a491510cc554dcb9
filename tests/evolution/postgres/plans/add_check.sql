-- Add a check to people: (age > 0): new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_age_check" CHECK ((age > 0)) NOT VALID;

-- Add a check to people: (age > 0): check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_age_check";
