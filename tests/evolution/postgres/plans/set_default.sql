-- Set the default of people.age to 18
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ALTER COLUMN "age" SET DEFAULT 18;
