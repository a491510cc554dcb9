-- Change the type of people.name from character varying(20) to character varying(40)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP CONSTRAINT "people_name_check", ALTER COLUMN "name" TYPE character varying(40), ADD CONSTRAINT "people_name_check" CHECK ((length((name)::text) >= 2)) NOT VALID;

-- Change the type of people.name from character varying(20) to character varying(40): check the rows by people_name_check
-- SHARE UPDATE EXCLUSIVE on people; scan
ALTER TABLE "people" VALIDATE CONSTRAINT "people_name_check";

-- Let the planner know the values of people.name
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("name");
