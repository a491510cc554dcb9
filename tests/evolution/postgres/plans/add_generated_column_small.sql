-- Add column people.twice (integer)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "twice" integer GENERATED ALWAYS AS ((age * 2)) STORED;
