-- Drop the default of people.age (3)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "age" DROP DEFAULT;
