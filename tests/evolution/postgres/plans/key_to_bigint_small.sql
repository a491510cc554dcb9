-- Change the type of customers.id from integer to bigint; Change the type of orders.customer_id from integer to bigint [convert:customers.id]
-- ACCESS EXCLUSIVE on customers, ACCESS EXCLUSIVE on orders; rewrite
LOCK TABLE "customers", "orders" IN ACCESS EXCLUSIVE MODE;
ALTER TABLE "orders" DROP CONSTRAINT "orders_customer_id_fkey";
ALTER TABLE "customers" ALTER COLUMN "id" TYPE bigint USING (CAST("id" AS bigint));
ALTER TABLE "orders" ALTER COLUMN "customer_id" TYPE bigint USING (CAST("customer_id" AS bigint));
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE CASCADE NOT VALID;

-- Check the rows of orders for orders_customer_id_fkey, which was made anew
-- SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customers; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_customer_id_fkey";
