-- Change the type of people.name from character varying(20) to character varying(40)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "name" TYPE character varying(40);
