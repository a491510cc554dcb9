-- Change the type of people.age from integer to bigint [convert:people.age]
-- ACCESS EXCLUSIVE on people; rewrite
ALTER TABLE "people" ALTER COLUMN "age" TYPE bigint USING (CAST("age" AS bigint));
