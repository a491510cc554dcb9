-- Don't let people.age be null: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_age_not_null" NOT NULL "age" NOT VALID;

-- Don't let people.age be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_age_not_null";
