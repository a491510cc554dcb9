-- Create table pets
-- no lock; catalogue
CREATE TABLE "pets" (
    "id" bigint NOT NULL,
    "owner_id" bigint NOT NULL,
    PRIMARY KEY ("id")
);
CREATE INDEX "pets_owner_id_idx" ON "pets" ("owner_id");
COMMENT ON TABLE "pets" IS 'Animals';

-- Create table toys
-- SHARE ROW EXCLUSIVE on pets; catalogue
CREATE TABLE "toys" (
    "pet_id" bigint NOT NULL,
    PRIMARY KEY ("pet_id"),
    CONSTRAINT "toys_pet_id_fkey" FOREIGN KEY ("pet_id") REFERENCES "pets" ("id")
);

-- Add the foreign key of pets to people: new rows
-- SHARE ROW EXCLUSIVE on pets, SHARE ROW EXCLUSIVE on people; catalogue
ALTER TABLE "pets" ADD CONSTRAINT "pets_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "people" ("id") NOT VALID;

-- Add the foreign key of pets to people: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on pets, ROW SHARE on people; scan
ALTER TABLE "pets" VALIDATE CONSTRAINT "pets_owner_id_fkey";
