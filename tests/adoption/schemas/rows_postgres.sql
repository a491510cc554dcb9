INSERT INTO other.country VALUES ('DE', 'Germany');
INSERT INTO "Order" (id, "select", mood, moods, size, status, title, email, total, exact, tiny, ratio, quantity, tags,
    codes, amounts, payloads, placed, changed, day, at, at_zone, took, ref, data, plain, raw, flag, ip, price, found,
    fixed, german, country)
VALUES (1, 7, 'ok', '{sad,ok}', 's', 'paid', 'T', 'a@work.example', 19.9, 1.50, 0.125, 0.1, 2, '{a,b}',
    '{x}', '{1.5,2}', ARRAY['{"a": 1}'::jsonb], '2026-01-23 10:00+00', '2026-01-23 10:00', '2026-01-23', '13:45',
    '13:45+02', '1 day', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '{"a": [1]}', '{"b":2}', '\x00ff', true, '::1', 5, 'x',
    'f', 'g', 'DE');
INSERT INTO item VALUES (1, 2, 'n');
INSERT INTO stock VALUES (1, 2, 1, 2, 1, 'n');
INSERT INTO move VALUES (1, 2, 3, 4);
REFRESH MATERIALIZED VIEW counted;
