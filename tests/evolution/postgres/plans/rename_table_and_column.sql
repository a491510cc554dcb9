-- Rename table people to persons [rename:people]
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" RENAME TO "persons";

-- Rename column persons.name to full_name [rename:persons.name]
-- ACCESS EXCLUSIVE on persons; catalogue
ALTER TABLE "persons" RENAME COLUMN "name" TO "full_name";
