-- Change the type of people.name from character varying(20) to text
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "name" TYPE text;

-- Let the planner know the values of people.name
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("name");
