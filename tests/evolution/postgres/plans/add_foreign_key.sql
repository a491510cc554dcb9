-- Add an index on (customer_id) of orders
-- SHARE UPDATE EXCLUSIVE on orders; build
CREATE INDEX CONCURRENTLY "orders_customer_id_idx" ON "orders" ("customer_id");  -- alone

-- Add a foreign key from orders (customer_id) to customers (id), on delete cascade: new rows
-- SHARE ROW EXCLUSIVE on orders, SHARE ROW EXCLUSIVE on customers; catalogue
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE CASCADE NOT VALID;

-- Add a foreign key from orders (customer_id) to customers (id), on delete cascade: check the rows that are there
-- SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customers; scan
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_customer_id_fkey";
