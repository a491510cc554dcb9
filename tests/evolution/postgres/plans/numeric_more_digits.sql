-- Change the type of t.a from numeric(5,2) to numeric(9,2)
-- ACCESS EXCLUSIVE on t; catalogue
ALTER TABLE "t" ALTER COLUMN "a" TYPE numeric(9,2);
