-- Make (id) of customers unique: build its index
-- SHARE UPDATE EXCLUSIVE on customers; build
CREATE UNIQUE INDEX CONCURRENTLY "customers_id_key" ON "customers" ("id");  -- alone

-- Change the primary key of customers from (id) to (email): build its index
-- SHARE UPDATE EXCLUSIVE on customers; build
CREATE UNIQUE INDEX CONCURRENTLY "customers_pkey1" ON "customers" ("email");  -- alone

-- Make (id) of customers unique
-- ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "customers" ADD CONSTRAINT "customers_id_key" UNIQUE USING INDEX "customers_id_key";

-- Change the primary key of customers from (id) to (email)
-- ACCESS EXCLUSIVE on customers, ACCESS EXCLUSIVE on orders; catalogue
ALTER TABLE "orders" DROP CONSTRAINT "orders_customer_id_fkey";
ALTER TABLE "customers" DROP CONSTRAINT "customers_pkey", ADD CONSTRAINT "customers_pkey" PRIMARY KEY USING INDEX "customers_pkey1";
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE CASCADE NOT VALID;

-- Check the rows of orders for orders_customer_id_fkey, which was made anew
-- SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customers; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_customer_id_fkey";
