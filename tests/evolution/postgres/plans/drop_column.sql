-- Drop column people.age [drop:people.age]
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP COLUMN "age";
