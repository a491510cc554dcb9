-- Don't let people.age be null: new rows
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_age_not_null" CHECK ("age" IS NOT NULL) NOT VALID;

-- Don't let people.age be null: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_age_not_null";

-- Don't let people.age be null
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "age" SET NOT NULL;
ALTER TABLE "people" DROP CONSTRAINT "people_age_not_null";
