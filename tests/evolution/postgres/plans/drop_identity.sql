-- Let the database no longer hand out people.id
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "id" DROP IDENTITY;
