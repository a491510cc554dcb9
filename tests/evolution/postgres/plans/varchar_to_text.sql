-- Change the type of people.name from character varying(20) to text
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "name" TYPE text;
