-- Make (name, age) of people unique: build its index
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE UNIQUE INDEX CONCURRENTLY "people_name_age_key" ON "people" ("name", "age");  -- alone

-- Make (name, age) of people unique
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_name_age_key" UNIQUE USING INDEX "people_name_age_key";

-- No longer keep (name) of people unique
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP CONSTRAINT "people_name_key";
