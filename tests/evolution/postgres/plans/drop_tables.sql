-- Drop the foreign key from customers (last_order) to orders (id) [drop:customers]
-- ACCESS EXCLUSIVE on customers, ACCESS EXCLUSIVE on orders; catalogue
ALTER TABLE "customers" DROP CONSTRAINT "customers_last_order_fkey";

-- Drop table orders [drop:orders]
-- ACCESS EXCLUSIVE on orders, ACCESS EXCLUSIVE on customers; catalogue
DROP TABLE "orders";

-- Drop table customers [drop:customers]
-- ACCESS EXCLUSIVE on customers; catalogue
DROP TABLE "customers";
