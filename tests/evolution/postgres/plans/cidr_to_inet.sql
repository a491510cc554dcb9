-- Change the type of t.a from cidr to inet
-- ACCESS EXCLUSIVE on t; catalogue
ALTER TABLE "t" ALTER COLUMN "a" TYPE inet;
