INSERT INTO countries VALUES ('DE', 'Germany');
INSERT INTO [order] (id, "select", status, total, discount, quantity, note, is_gift, is_late, placed, due, at, ref,
    extra, raw, anything, label, ship_to, bill_to, parent_id)
VALUES (1, 7, 'sent', 19.9, 0.25, 2, 'n', 1, 0, '2026-01-23 10:00:00', '2026-01-24', '13:45:00',
    '6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '{"a":[1]}', x'00ff', 5, 'L', 'DE', 'DE', NULL);
INSERT INTO "order lines" VALUES (1, 1, 2.5);
INSERT INTO shipments VALUES (5, 1, 1);
