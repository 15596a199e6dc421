-- The least that claim and accept need, as two plain prepared transactions: the most urgent handoff nobody holds is leased,
-- then accepted; each moves its lead, and writes its ledger entry and the stored answer. Without what all share.
\set n :n + 2
\set first :client_id * 1000000000 + :n
BEGIN;
SET LOCAL baton.workspace_id = ':workspace';
WITH c AS MATERIALIZED (SELECT handoff_id FROM handoff WHERE workspace_id = ':workspace' AND to_team = ':sales' AND state = 'offered' AND respond_by > now() AND (claimed_until IS NULL OR claimed_until <= now()) ORDER BY respond_by, handoff_id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) UPDATE handoff h SET assignee = ':member', claimed_until = now() + interval '30 minutes', updated_at = now() FROM c WHERE h.workspace_id = ':workspace' AND h.handoff_id = c.handoff_id RETURNING h.handoff_id AS handoff, h.lead_id AS lead
\gset
UPDATE lead SET seq = seq + 1, hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', chain_at = now(), updated_at = now() WHERE workspace_id = ':workspace' AND lead_id = :lead RETURNING seq
\gset
INSERT INTO ledger (workspace_id, pos, subject_id, seq, kind, at, actor_kind, actor_id, team_id, body, hash) VALUES (':workspace', :first::int8 + 1, :lead, :seq, 21, now(), 1, ':member', ':sales', decode(repeat('7b', 200), 'hex'), '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');
INSERT INTO idempotency (workspace_id, key, body_mac, status, location, answer, lead_id, created_at) VALUES (':workspace', sha256(('c' || :first::text)::bytea), '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 200, NULL, repeat('a', 2500), :lead, now());
COMMIT;
BEGIN;
SET LOCAL baton.workspace_id = ':workspace';
UPDATE handoff SET state = 'accepted', accepted_at = now(), accepted_by = ':member', decide_by = now() + interval '14 days', claimed_until = NULL, updated_at = now() WHERE workspace_id = ':workspace' AND handoff_id = :handoff AND state = 'offered';
UPDATE lead SET stage = 'sal', owner_team = ':sales', next_step = 'decide', next_at = now() + interval '14 days', next_why = 'accepted', sal_at = now(), seq = seq + 1, hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', chain_at = now(), updated_at = now() WHERE workspace_id = ':workspace' AND lead_id = :lead RETURNING seq
\gset
INSERT INTO ledger (workspace_id, pos, subject_id, seq, kind, at, actor_kind, actor_id, team_id, body, hash) VALUES (':workspace', :first::int8 + 2, :lead, :seq, 24, now(), 1, ':member', ':sales', decode(repeat('7b', 200), 'hex'), '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');
INSERT INTO idempotency (workspace_id, key, body_mac, status, location, answer, lead_id, created_at) VALUES (':workspace', sha256(('a' || :first::text)::bytea), '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 200, NULL, repeat('a', 1200), :lead, now());
COMMIT;
