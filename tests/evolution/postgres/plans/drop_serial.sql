-- Let the database no longer hand out t.id
-- ACCESS EXCLUSIVE on t; catalogue
ALTER TABLE "t" ALTER COLUMN "id" DROP DEFAULT;
DROP SEQUENCE t_id_seq;
