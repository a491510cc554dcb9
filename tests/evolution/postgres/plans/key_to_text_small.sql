-- Change the type of customers.id from integer to text; Change the type of orders.customer_id from integer to text [convert:customers.id]
-- ACCESS EXCLUSIVE on customers, ACCESS EXCLUSIVE on orders; rewrite
LOCK TABLE "customers", "orders" IN ACCESS EXCLUSIVE MODE;
ALTER TABLE "orders" DROP CONSTRAINT "orders_customer_id_fkey";
ALTER TABLE "customers" ALTER COLUMN "id" DROP IDENTITY;
ALTER TABLE "customers" ALTER COLUMN "id" TYPE text USING (CAST("id" AS text));
ALTER TABLE "orders" ALTER COLUMN "customer_id" TYPE text USING (CAST("customer_id" AS text));
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE CASCADE NOT VALID;

-- Check the rows of orders for orders_customer_id_fkey, which was made anew
-- SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customers; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_customer_id_fkey";
