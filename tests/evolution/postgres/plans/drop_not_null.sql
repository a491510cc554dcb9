-- Let people.name be null
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "name" DROP NOT NULL;
