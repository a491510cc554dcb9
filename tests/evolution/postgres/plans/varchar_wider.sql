-- Change the type of people.name from character varying(20) to character varying(40)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "name" TYPE character varying(40);

-- Let the planner know the values of people.name
-- SHARE UPDATE EXCLUSIVE on people; scan
ANALYZE "people" ("name");
