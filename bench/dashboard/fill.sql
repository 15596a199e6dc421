-- Leads with five touches each, captured one after another over a thousand days up to 2026-09-27, from one seed: `leads` of them, in the
-- workspace `workspace` with the teams `team` (marketing) and `sales`. A third are mql, of these halves go on to sal, sql, opportunity and
-- customer; amounts are in one currency. Words are as uneven as in life: half of the touches come by a quarter of them.
SELECT setseed(0.42);
CREATE TEMP TABLE word AS
    SELECT d.dimension, n,
        ('x' || encode(substr(sha256(convert_to(d.dimension, 'UTF8') || '\x00' || convert_to(d.dimension || '-' || n, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint AS id
    FROM (VALUES ('source', 20), ('medium', 6), ('campaign', 200), ('channel', 8), ('content', 500)) d(dimension, words),
        generate_series(0, d.words - 1) n;
INSERT INTO dimension SELECT :'workspace', id, dimension, dimension || '-' || n FROM word ON CONFLICT DO NOTHING;

CREATE TEMP TABLE drawn AS
    SELECT n, timestamptz '2024-01-01' + (n - random()) / :leads * interval '1000 days' AS first, random() AS fate,
        ('{marketing,marketing,sales,other}'::text[])[1 + n % 4] AS function
    FROM generate_series(1, :leads) n;
-- Ids are in the order of time (UUID version 7).
ALTER TABLE drawn ADD id uuid;
UPDATE drawn SET id = (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
    FROM (SELECT n AS of, lpad(to_hex((extract(epoch FROM first) * 1000)::bigint), 12, '0') AS h FROM drawn) t WHERE t.of = n;

INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, next_at, identities, attributes, facts, salt, origin,
        found_by, created_at, updated_at, touch_count, first_touch_at, mql_at, sal_at, sql_at, opportunity_at, customer_at, amount_minor,
        amount_currency, seq, hash, chain_at)
    SELECT :'workspace', id, 'active', CASE WHEN fate < 0.02 THEN 'customer' WHEN fate < 0.04 THEN 'opportunity' ELSE 'inquiry' END, :'team',
        'nurture', 'captured', timestamptz '2100-01-01', '[]', '{}', '{}', decode(repeat('00', 16), 'hex'),
        CASE WHEN n % 5 = 0 THEN 'outbound' ELSE 'inbound' END, function, first, first, 5, first,
        CASE WHEN fate < 0.32 THEN first + interval '40 days' * random() END, CASE WHEN fate < 0.16 THEN first + interval '45 days' END,
        CASE WHEN fate < 0.08 THEN first + interval '60 days' END, CASE WHEN fate < 0.04 THEN first + interval '80 days' END,
        CASE WHEN fate < 0.02 THEN first + interval '120 days' END, CASE WHEN fate < 0.04 THEN (random() * 1000000)::int END,
        CASE WHEN fate < 0.04 THEN 'EUR' END, 1, decode(repeat('00', 32), 'hex'), first
    FROM drawn;

-- The place of a word among so many: the square of an even number between 0 and 1.
CREATE FUNCTION pg_temp.place(touch bigint, salt int, words int) RETURNS int LANGUAGE sql IMMUTABLE AS
    $$ SELECT floor(words * power((hashint8extended(touch, salt) & 1048575) / 1048576.0, 2))::int $$;
ANALYZE word, drawn;
WITH p AS MATERIALIZED (
    SELECT d.id, d.first, d.function, t, d.n::bigint * 8 + t AS touch, pg_temp.place(d.n::bigint * 8 + t, 1, 20) AS source,
        pg_temp.place(d.n::bigint * 8 + t, 2, 6) AS medium, pg_temp.place(d.n::bigint * 8 + t, 3, 200) AS campaign,
        pg_temp.place(d.n::bigint * 8 + t, 4, 8) AS channel, pg_temp.place(d.n::bigint * 8 + t, 5, 500) AS content
    FROM drawn d CROSS JOIN generate_series(0, 4) t
)
INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, channel, source, medium, campaign, content, direction, function)
    SELECT :'workspace', ('02000000-0000-7000-8000-' || lpad(to_hex(p.touch), 12, '0'))::uuid, p.id, 'form_submitted',
        p.first + p.t * interval '9 days', p.first, c.id, s.id, m.id, a.id, x.id, 'inbound', p.function
    FROM p
    JOIN word s ON s.dimension = 'source' AND s.n = p.source
    JOIN word m ON m.dimension = 'medium' AND m.n = p.medium
    JOIN word a ON a.dimension = 'campaign' AND a.n = p.campaign
    JOIN word c ON c.dimension = 'channel' AND c.n = p.channel
    JOIN word x ON x.dimension = 'content' AND x.n = p.content;
