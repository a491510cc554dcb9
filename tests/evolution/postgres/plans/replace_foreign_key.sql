-- Add a foreign key from orders (customer_id) to customers (id), on delete restrict: new rows
-- ACCESS EXCLUSIVE on orders, ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "orders" DROP CONSTRAINT "orders_customer_id_fkey", ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE RESTRICT NOT VALID;

-- Add a foreign key from orders (customer_id) to customers (id), on delete restrict: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customers; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_customer_id_fkey";
