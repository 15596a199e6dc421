-- Fills one workspace with :leads leads of five attributes, five touches and a verdict each; three of ten
-- were handed to sales. :workspace, :marketing and :sales are ids. As owner, past the ledger: for measuring.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SELECT set_config('baton.workspace_id', :'workspace', false);
ALTER TABLE lead DISABLE TRIGGER ALL;
CREATE TEMP TABLE made AS
SELECT n, ('0199' || lpad(to_hex(n / 65536), 4, '0') || '-' || lpad(to_hex(n % 65536), 4, '0') || '-7'
        || substr(md5(n::text), 1, 3) || '-8' || substr(md5(n::text), 4, 3) || '-' || substr(md5(n::text), 8, 12))::uuid AS id,
    timestamptz '2026-01-01' + n * interval '20 seconds' AS at
FROM generate_series(1, :leads) n;
INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, next_at, identities, attributes, salt, origin, found_by,
    created_at, updated_at, touch_count, first_touch_at, sql_at, customer_at, seq, hash, chain_at)
SELECT :'workspace', id, 'active', 'inquiry', :'marketing', 'nurture', 'not_qualified', at, json_build_array(json_build_array('email', '', 'p' || n || '@x.example')),
    format('{"company.domain":[["c%s.example",%s,%s,"form"]],"company.employees":[[%s,%s,%s,"form"]],"country":[["%s",%s,%s,"form"]],'
        '"email.domain":[["c%s.example",%s,%s,"form"]],"seniority":[["%s",%s,%s,"form"]]}',
        n % 5000, us, us, n::bigint * 7919 % 2000, us, us, (ARRAY['de', 'fr', 'us', 'pl'])[n % 4 + 1], us, us, n % 5000, us, us,
        (ARRAY['vp', 'director', 'clerk', 'owner', 'intern'])[n % 5 + 1], us, us)::json,
    substr(decode(md5(n::text), 'hex'), 1, 16), 'inbound', 'marketing', at, at, 5, at,
    CASE WHEN n % 20 = 0 THEN at + interval '9 days' END, CASE WHEN n % 40 = 0 THEN at + interval '30 days' END, 1, sha256(n::text::bytea), at
FROM (SELECT *, (extract(epoch FROM at) * 1000000)::bigint AS us FROM made) m;
INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, direction, function)
SELECT :'workspace', gen_random_uuid(), id, (ARRAY['form_submitted', 'email_opened', 'page_viewed', 'webinar_attended', 'call'])[k],
    at + (k - 3) * interval '5 days', at + (k - 3) * interval '5 days', 'inbound', 'marketing'
FROM generate_series(1, 5) k, made ORDER BY k, n;
INSERT INTO verdict (workspace_id, lead_id, seq, term, version, result, score, body, judged_at)
SELECT :'workspace', id, 1, 'mql', 1, 'qualified', 60, '{}', at FROM made;
INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team, offered_at, respond_by, accepted_at,
    closed_at, reason, class, updated_at)
SELECT :'workspace', gen_random_uuid(), id, 'standard', CASE WHEN n % 2 = 0 THEN 'qualified' ELSE 'rejected' END, :'marketing', :'sales',
    at, at, CASE WHEN n % 2 = 0 THEN at END, at, CASE WHEN n % 2 = 1 THEN 'small' END, CASE WHEN n % 2 = 1 THEN 'contradicts' END, at
FROM made WHERE n % 10 < 3;
ALTER TABLE lead ENABLE TRIGGER ALL;
ANALYZE lead, touch, verdict, handoff;
