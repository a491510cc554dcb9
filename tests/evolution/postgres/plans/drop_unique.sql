-- No longer keep (name) of people unique
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP CONSTRAINT "people_name_key";
