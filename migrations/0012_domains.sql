-- What one column may hold stands with a domain from here on, and no more with a CHECK of the table: PostgreSQL reads
-- the CHECKs of a table anew, from their text, whenever a statement that writes to it runs, and takes a domain's from
-- its cache. What several columns must be together stays a CHECK, one in place of several. Each table is rewritten
-- once, and no row changes.

CREATE DOMAIN lead_status AS text CHECK (VALUE IN ('active', 'merged', 'erased'));
CREATE DOMAIN lead_stage AS text CHECK (VALUE IN ('prospect', 'inquiry', 'mql', 'srl', 'sal', 'sql', 'opportunity',
                            'customer', 'nurture', 'disqualified'));
CREATE DOMAIN direction AS text CHECK (VALUE IN ('inbound', 'outbound'));
CREATE DOMAIN team_function AS text CHECK (VALUE IN ('marketing', 'sales', 'other'));
CREATE DOMAIN currency AS text CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN term AS text CHECK (VALUE IN ('mql', 'srl', 'sql'));
CREATE DOMAIN verdict_result AS text CHECK (VALUE IN ('qualified', 'unclear', 'not_qualified'));
CREATE DOMAIN handoff_kind AS text CHECK (VALUE IN ('standard', 'unclear', 'strategic', 'account_based', 'override',
                              'self_sourced', 'imported'));
CREATE DOMAIN handoff_state AS text CHECK (VALUE IN ('offered', 'accepted', 'qualified', 'rejected', 'returned',
                               'expired', 'withdrawn'));
CREATE DOMAIN rejection_class AS text CHECK (VALUE IN ('contradicts', 'bad_data', 'confirms_exception',
                                 'shows_weak_criterion', 'shows_gap', 'process'));
CREATE DOMAIN dispute_state AS text CHECK (VALUE IN ('open', 'upheld', 'conceded'));
CREATE DOMAIN outcome_kind AS text CHECK (VALUE IN ('opportunity', 'won', 'lost'));
CREATE DOMAIN rating AS smallint CHECK (VALUE BETWEEN 1 AND 5);
CREATE DOMAIN digest AS bytea CHECK (length(VALUE) = 32);
CREATE DOMAIN lead_salt AS bytea CHECK (length(VALUE) = 16);
CREATE DOMAIN natural_number AS bigint CHECK (VALUE >= 1);
CREATE DOMAIN counted AS bigint CHECK (VALUE >= 0);

ALTER TABLE workspace_head
    DROP CONSTRAINT workspace_head_pos_check,
    DROP CONSTRAINT workspace_head_config_version_check,
    ALTER COLUMN pos TYPE counted,
    ALTER COLUMN config_version TYPE natural_number;

-- Its next date is held by a CHECK of its own.
ALTER TABLE lead
    DROP CONSTRAINT lead_status_check,
    DROP CONSTRAINT lead_stage_check,
    DROP CONSTRAINT lead_salt_check,
    DROP CONSTRAINT lead_origin_check,
    DROP CONSTRAINT lead_found_by_check,
    DROP CONSTRAINT lead_amount_currency_check,
    DROP CONSTRAINT lead_hash_check,
    DROP CONSTRAINT lead_check,
    DROP CONSTRAINT lead_check2,
    DROP CONSTRAINT lead_check3,
    DROP CONSTRAINT lead_check4,
    DROP CONSTRAINT lead_check5,
    ALTER COLUMN status TYPE lead_status,
    ALTER COLUMN stage TYPE lead_stage,
    ALTER COLUMN salt TYPE lead_salt,
    ALTER COLUMN origin TYPE direction,
    ALTER COLUMN found_by TYPE team_function,
    ALTER COLUMN amount_currency TYPE currency,
    ALTER COLUMN hash TYPE digest,
    ADD CONSTRAINT lead_is_whole CHECK (
        (amount_minor IS NULL) = (amount_currency IS NULL)
        AND CASE status
            WHEN 'active' THEN owner_team IS NOT NULL AND merged_into IS NULL
            ELSE owner_team IS NULL AND num_nonnulls(identities, attributes, facts) = 0
                AND CASE status WHEN 'merged' THEN merged_into IS NOT NULL
                                ELSE merged_into IS NULL AND salt IS NULL END
            END);

ALTER TABLE touch
    DROP CONSTRAINT touch_direction_check,
    DROP CONSTRAINT touch_function_check,
    ALTER COLUMN direction TYPE direction,
    ALTER COLUMN function TYPE team_function;

ALTER TABLE verdict
    DROP CONSTRAINT verdict_term_check,
    DROP CONSTRAINT verdict_result_check,
    ALTER COLUMN term TYPE term,
    ALTER COLUMN result TYPE verdict_result;

ALTER TABLE handoff
    DROP CONSTRAINT handoff_kind_check,
    DROP CONSTRAINT handoff_state_check,
    DROP CONSTRAINT handoff_term_check,
    DROP CONSTRAINT handoff_class_check,
    DROP CONSTRAINT handoff_rating_check,
    DROP CONSTRAINT handoff_dispute_check,
    DROP CONSTRAINT handoff_outcome_check,
    DROP CONSTRAINT handoff_check,
    DROP CONSTRAINT handoff_check1,
    DROP CONSTRAINT handoff_check2,
    DROP CONSTRAINT handoff_check3,
    DROP CONSTRAINT handoff_check4,
    DROP CONSTRAINT handoff_check5,
    DROP CONSTRAINT handoff_check6,
    DROP CONSTRAINT handoff_check7,
    ALTER COLUMN kind TYPE handoff_kind,
    ALTER COLUMN state TYPE handoff_state,
    ALTER COLUMN term TYPE term,
    ALTER COLUMN class TYPE rejection_class,
    ALTER COLUMN rating TYPE rating,
    ALTER COLUMN dispute TYPE dispute_state,
    ALTER COLUMN outcome TYPE outcome_kind,
    ADD CONSTRAINT handoff_is_whole CHECK (
        (state IN ('offered', 'accepted')) = (closed_at IS NULL)
        AND (accepted_at IS NOT NULL OR state NOT IN ('accepted', 'qualified', 'returned'))
        AND CASE WHEN state IN ('rejected', 'returned') THEN reason IS NOT NULL ELSE dispute IS NULL END
        AND (from_team = to_team) = (kind = 'self_sourced')
        AND (offer_note IS NOT NULL OR kind IN ('standard', 'imported', 'self_sourced'))
        AND (version IS NULL OR term IS NOT NULL)
        AND (claimed_until IS NULL OR assignee IS NOT NULL));

ALTER TABLE feedback
    DROP CONSTRAINT feedback_rating_check,
    ALTER COLUMN rating TYPE rating;

ALTER TABLE idempotency
    DROP CONSTRAINT idempotency_key_check,
    DROP CONSTRAINT idempotency_body_mac_check,
    ALTER COLUMN key TYPE digest,
    ALTER COLUMN body_mac TYPE digest;

ALTER TABLE ledger
    DROP CONSTRAINT ledger_pos_check,
    DROP CONSTRAINT ledger_seq_check,
    DROP CONSTRAINT ledger_hash_check,
    ALTER COLUMN pos TYPE natural_number,
    ALTER COLUMN seq TYPE natural_number,
    ALTER COLUMN hash TYPE digest;
