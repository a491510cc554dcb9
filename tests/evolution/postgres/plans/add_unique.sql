-- Make (name) of people unique: build its index
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE UNIQUE INDEX CONCURRENTLY "people_name_key" ON "people" ("name");  -- alone

-- Make (name) of people unique
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_name_key" UNIQUE USING INDEX "people_name_key";
