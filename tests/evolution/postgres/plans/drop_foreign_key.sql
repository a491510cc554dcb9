-- Drop the foreign key from orders (customer_id) to customers (id), on delete cascade
-- ACCESS EXCLUSIVE on orders, ACCESS EXCLUSIVE on customers; catalogue
ALTER TABLE "orders" DROP CONSTRAINT "orders_customer_id_fkey";
