-- Make (id) of people unique: build its index
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE UNIQUE INDEX CONCURRENTLY "people_id_key" ON "people" ("id");  -- alone

-- Change the primary key of people from (id) to (name): build its index
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE UNIQUE INDEX CONCURRENTLY "people_pkey1" ON "people" ("name");  -- alone

-- Make (id) of people unique
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD CONSTRAINT "people_id_key" UNIQUE USING INDEX "people_id_key";

-- Change the primary key of people from (id) to (name)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" DROP CONSTRAINT "people_pkey", ADD CONSTRAINT "people_pkey" PRIMARY KEY USING INDEX "people_pkey1";
