-- The foundation: workspaces and their configuration, leads and what hangs on them, handoffs,
-- the ledger. Every table has workspace_id first in its keys; policies and the ledger's triggers
-- stand in migrations of their own.

CREATE TABLE workspace (
    workspace_id uuid PRIMARY KEY,
    name         text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    secret       bytea NOT NULL CHECK (length(secret) = 32), -- keys the HMACs of idempotency keys
    created_at   timestamptz NOT NULL
);

-- The last ledger position given out, and the version of the configuration. The fill factor
-- leaves room for heap-only updates, since every group updates it.
CREATE TABLE workspace_head (
    workspace_id   uuid PRIMARY KEY REFERENCES workspace,
    pos            bigint NOT NULL CHECK (pos >= 0),
    config_version bigint NOT NULL CHECK (config_version >= 1)
) WITH (fillfactor = 10);

-- The heads of the chains of subjects that are not leads: the workspace, teams, definitions.
CREATE TABLE chain (
    workspace_id uuid NOT NULL REFERENCES workspace,
    subject_id   uuid NOT NULL,
    seq          bigint NOT NULL CHECK (seq >= 1),
    hash         bytea NOT NULL CHECK (length(hash) = 32),
    at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, subject_id)
);

CREATE TABLE team (
    workspace_id uuid NOT NULL REFERENCES workspace,
    team_id      uuid NOT NULL,
    name         text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    title        text NOT NULL,
    function     text NOT NULL CHECK (function IN ('marketing', 'sales', 'other')),
    active       boolean NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, team_id),
    UNIQUE (workspace_id, name)
);

CREATE TABLE member (
    workspace_id    uuid NOT NULL,
    member_id       uuid NOT NULL,
    team_id         uuid NOT NULL,
    name            text NOT NULL,
    email           text,
    external_source text,
    external_id     text,
    active          boolean NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, member_id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team,
    UNIQUE (workspace_id, team_id, email),
    UNIQUE (workspace_id, team_id, external_source, external_id),
    CHECK (email IS NOT NULL OR external_id IS NOT NULL),
    CHECK ((external_source IS NULL) = (external_id IS NULL))
);

-- The id that a caller shows carries the workspace; the secret is stored as its SHA-256.
CREATE TABLE api_key (
    workspace_id uuid NOT NULL,
    key_id       uuid NOT NULL,
    team_id      uuid NOT NULL,
    member_id    uuid,
    title        text NOT NULL,
    roles        integer NOT NULL CHECK (roles BETWEEN 1 AND 63), -- bits: lib/core/config.h
    secret_hash  bytea NOT NULL CHECK (length(secret_hash) = 32),
    made_by_kind smallint NOT NULL, -- the actor, as in the ledger
    made_by      uuid,
    created_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (workspace_id, key_id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team,
    FOREIGN KEY (workspace_id, member_id) REFERENCES member,
    CHECK (member_id IS NOT NULL OR roles & 4 = 0) -- only a member's key signs
);

-- From which team to which, and the term that gates the way; the lowest ordinal that matches
-- a lead's owner is offered.
CREATE TABLE route (
    workspace_id uuid NOT NULL,
    ordinal      integer NOT NULL CHECK (ordinal >= 0),
    from_team    uuid NOT NULL,
    to_team      uuid NOT NULL,
    gate         text CHECK (gate IN ('mql', 'srl', 'sql')),
    automatic    boolean NOT NULL,
    PRIMARY KEY (workspace_id, ordinal),
    UNIQUE (workspace_id, from_team, to_team),
    FOREIGN KEY (workspace_id, from_team) REFERENCES team,
    FOREIGN KEY (workspace_id, to_team) REFERENCES team,
    CHECK (from_team <> to_team)
);

CREATE TABLE definition (
    workspace_id   uuid NOT NULL REFERENCES workspace,
    term           text NOT NULL CHECK (term IN ('mql', 'srl', 'sql')),
    version        integer NOT NULL CHECK (version >= 1),
    definition_id  uuid NOT NULL, -- the subject of its ledger entries
    state          text NOT NULL
        CHECK (state IN ('draft', 'proposed', 'declined', 'signed', 'in_force', 'superseded')),
    document       text NOT NULL, -- the JSON text as it was given: json types lose its form
    revision       integer NOT NULL, -- of a draft; its ETag
    hash           bytea CHECK (length(hash) = 32),
    effective_from timestamptz, -- as proposed; null: the second signature
    in_force_from  timestamptz,
    superseded_at  timestamptz,
    created_by     uuid, -- null: the command line
    created_at     timestamptz NOT NULL,
    proposed_by    uuid,
    proposed_at    timestamptz,
    declined_by    uuid,
    declined_at    timestamptz,
    decline_reason text,
    PRIMARY KEY (workspace_id, term, version),
    UNIQUE (workspace_id, definition_id),
    CHECK ((state = 'draft') = (hash IS NULL)),
    CHECK ((state = 'declined') = (declined_at IS NOT NULL)),
    CHECK (state <> 'in_force' OR in_force_from IS NOT NULL)
);

CREATE UNIQUE INDEX definition_in_force ON definition (workspace_id, term) WHERE state = 'in_force';

CREATE TABLE definition_signature (
    workspace_id     uuid NOT NULL,
    term             text NOT NULL,
    version          integer NOT NULL,
    side             text NOT NULL CHECK (side IN ('marketing', 'sales')),
    member_id        uuid NOT NULL,
    key_id           uuid NOT NULL,
    key_made_by_kind smallint NOT NULL,
    key_made_by      uuid,
    hash             bytea NOT NULL CHECK (length(hash) = 32),
    signed_at        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, term, version, side),
    UNIQUE (workspace_id, term, version, member_id), -- no member signs for both sides
    FOREIGN KEY (workspace_id, term, version) REFERENCES definition,
    FOREIGN KEY (workspace_id, member_id) REFERENCES member,
    FOREIGN KEY (workspace_id, key_id) REFERENCES api_key
);

CREATE TABLE definition_acknowledgement (
    workspace_id    uuid NOT NULL,
    term            text NOT NULL,
    version         integer NOT NULL,
    member_id       uuid NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, term, version, member_id),
    FOREIGN KEY (workspace_id, term, version) REFERENCES definition,
    FOREIGN KEY (workspace_id, member_id) REFERENCES member
);

-- A sender of webhooks and the mapping of what it sends.
CREATE TABLE source (
    workspace_id uuid NOT NULL,
    source_id    uuid NOT NULL,
    name         text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    team_id      uuid NOT NULL,
    auth         json NOT NULL, -- {"scheme": "bearer"} or {"scheme": "hmac_sha256", …}
    mapping      json NOT NULL,
    active       boolean NOT NULL,
    revision     integer NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, source_id),
    UNIQUE (workspace_id, name),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team
);

-- The words of touches; the id is made of the value's digest (lib/core/touch.h).
CREATE TABLE dimension (
    workspace_id uuid NOT NULL REFERENCES workspace,
    dimension_id bigint NOT NULL,
    dimension    text NOT NULL CHECK (dimension IN ('channel', 'source', 'medium', 'campaign', 'content')),
    value        text NOT NULL,
    PRIMARY KEY (workspace_id, dimension_id)
);

-- One person at one company, and the head of the lead's ledger chain. Of an erased or merged
-- lead only the shell stays: what is personal is gone.
CREATE TABLE lead (
    workspace_id    uuid NOT NULL,
    lead_id         uuid NOT NULL,
    status          text NOT NULL CHECK (status IN ('active', 'merged', 'erased')),
    stage           text NOT NULL CHECK (stage IN ('prospect', 'inquiry', 'mql', 'srl', 'sal', 'sql',
                        'opportunity', 'customer', 'nurture', 'disqualified')),
    owner_team      uuid,
    first_team      uuid, -- the first that offered it; lost leads go back there
    due_at          timestamptz,
    merged_into     uuid,
    identities      json, -- lib/core/lead.h
    attributes      json, -- lib/core/attribute.h
    facts           json,
    overrides       json, -- {term: {result, note, by, at, version}}
    salt            bytea CHECK (length(salt) = 16),
    claimed_stage   text,
    origin          text NOT NULL CHECK (origin IN ('inbound', 'outbound')),
    found_by        text NOT NULL CHECK (found_by IN ('marketing', 'sales', 'other')),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    touch_count     integer NOT NULL,
    first_touch_at  timestamptz,
    mql_at          timestamptz,
    sal_at          timestamptz,
    sql_at          timestamptz,
    opportunity_at  timestamptz,
    customer_at     timestamptz,
    amount_minor    bigint,
    amount_currency text CHECK (amount_currency ~ '^[A-Z]{3}$'),
    hold_until      timestamptz, -- after a rejection or return nothing is offered by itself …
    hold_inputs     json,        -- … before that, or a change in one of these
    seq             bigint NOT NULL,
    hash            bytea NOT NULL CHECK (length(hash) = 32),
    chain_at        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, lead_id),
    FOREIGN KEY (workspace_id, owner_team) REFERENCES team,
    FOREIGN KEY (workspace_id, merged_into) REFERENCES lead,
    CHECK ((status = 'active') = (owner_team IS NOT NULL)),
    CHECK (status <> 'active' OR due_at IS NOT NULL OR stage IN ('customer', 'disqualified')),
    CHECK ((status = 'merged') = (merged_into IS NOT NULL)),
    CHECK (status = 'active' OR (identities IS NULL AND attributes IS NULL AND facts IS NULL)),
    CHECK ((amount_minor IS NULL) = (amount_currency IS NULL)),
    CHECK (status <> 'erased' OR salt IS NULL)
) WITH (fillfactor = 80);

-- The leads that one absorbed, for erasure.
CREATE INDEX lead_absorbed ON lead (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

-- source is "email", "anonymous" or "external:<source>".
CREATE TABLE identity (
    workspace_id uuid NOT NULL,
    source       text NOT NULL,
    value        text NOT NULL,
    lead_id      uuid NOT NULL,
    PRIMARY KEY (workspace_id, source, value)
);

CREATE TABLE touch (
    workspace_id uuid NOT NULL,
    touch_id     uuid NOT NULL,
    lead_id      uuid NOT NULL,
    kind         text NOT NULL,
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    channel      bigint,
    source       bigint,
    medium       bigint,
    campaign     bigint,
    content      bigint,
    direction    text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    function     text NOT NULL CHECK (function IN ('marketing', 'sales', 'other')),
    PRIMARY KEY (workspace_id, touch_id)
);

CREATE INDEX touch_of_lead ON touch (workspace_id, lead_id, occurred_at DESC, touch_id DESC);

-- What a definition made of a lead; seq is that of the ledger entry in the lead's chain.
CREATE TABLE verdict (
    workspace_id uuid NOT NULL,
    lead_id      uuid NOT NULL,
    seq          bigint NOT NULL,
    term         text NOT NULL CHECK (term IN ('mql', 'srl', 'sql')),
    version      integer NOT NULL,
    result       text NOT NULL CHECK (result IN ('qualified', 'unclear', 'not_qualified')),
    score        integer NOT NULL,
    body         json, -- the verdict with the values seen; null once the person is erased
    judged_at    timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, seq)
);

CREATE TABLE handoff (
    workspace_id      uuid NOT NULL,
    handoff_id        uuid NOT NULL,
    lead_id           uuid NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('standard', 'unclear', 'strategic', 'account_based',
                          'override', 'self_sourced', 'imported')),
    state             text NOT NULL CHECK (state IN ('offered', 'accepted', 'qualified', 'rejected',
                          'returned', 'expired', 'withdrawn')),
    from_team         uuid NOT NULL,
    to_team           uuid NOT NULL,
    term              text CHECK (term IN ('mql', 'srl', 'sql')),
    version           integer,
    verdict_seq       bigint, -- the verdict that let it through …
    verdict_lead      uuid,   -- … in this lead's chain; a merge moves handoffs, not verdicts
    offer_note        text,   -- why an exception or override was made
    offered_at        timestamptz NOT NULL,
    respond_by        timestamptz NOT NULL,
    assignee          uuid,
    claimed_until     timestamptz,
    accepted_at       timestamptz,
    accepted_by       uuid,
    decide_by         timestamptz,
    first_contact_at  timestamptz,
    closed_at         timestamptz, -- became qualified, rejected, returned, expired or withdrawn
    closed_by         uuid,        -- the member; null: the system
    qualified_version integer,     -- of the sql definition; null: sales' word
    reason            text,
    class             text CHECK (class IN ('contradicts', 'bad_data', 'confirms_exception',
                          'shows_weak_criterion', 'shows_gap', 'process')),
    criterion         json,
    note              text,
    rating            smallint CHECK (rating BETWEEN 1 AND 5), -- the latest
    previous          uuid, -- the handoff that a concession answers
    dispute           text CHECK (dispute IN ('open', 'upheld', 'conceded')),
    outcome           text CHECK (outcome IN ('opportunity', 'won', 'lost')),
    outcome_reason    text,
    outcome_at        timestamptz,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, handoff_id),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES lead,
    FOREIGN KEY (workspace_id, from_team) REFERENCES team,
    FOREIGN KEY (workspace_id, to_team) REFERENCES team,
    CHECK (state NOT IN ('rejected', 'returned') OR reason IS NOT NULL),
    CHECK (state NOT IN ('accepted', 'qualified', 'returned') OR accepted_at IS NOT NULL),
    CHECK ((state IN ('offered', 'accepted')) = (closed_at IS NULL)),
    CHECK ((from_team = to_team) = (kind = 'self_sourced')),
    CHECK (kind IN ('standard', 'imported', 'self_sourced') OR offer_note IS NOT NULL),
    CHECK (version IS NULL OR term IS NOT NULL),
    CHECK (claimed_until IS NULL OR assignee IS NOT NULL),
    CHECK (dispute IS NULL OR state IN ('rejected', 'returned'))
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX handoff_open ON handoff (workspace_id, lead_id) WHERE state IN ('offered', 'accepted');
CREATE INDEX handoff_queue ON handoff (workspace_id, to_team, respond_by, handoff_id) WHERE state = 'offered';

-- Exceptions used per month; its row is locked when a command may need it.
CREATE TABLE exception_count (
    workspace_id uuid NOT NULL,
    term         text NOT NULL,
    kind         text NOT NULL,
    month        bigint NOT NULL, -- since 1970-01, UTC
    used         integer NOT NULL CHECK (used >= 0),
    PRIMARY KEY (workspace_id, term, kind, month)
);

-- What the teams said of a handoff, in the order it was said.
CREATE TABLE feedback (
    workspace_id uuid NOT NULL,
    feedback_id  uuid NOT NULL,
    handoff_id   uuid NOT NULL,
    lead_id      uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('feedback', 'disputed', 'upheld', 'conceded')),
    rating       smallint CHECK (rating BETWEEN 1 AND 5),
    note         text,
    member_id    uuid NOT NULL,
    given_at     timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, feedback_id),
    FOREIGN KEY (workspace_id, handoff_id) REFERENCES handoff
);

CREATE INDEX feedback_of_handoff ON feedback (workspace_id, handoff_id, feedback_id);

-- Append-only (0003 guards it). docs/ledger.md has the byte table of what hash covers.
CREATE TABLE ledger (
    workspace_id uuid NOT NULL,
    pos          bigint NOT NULL CHECK (pos >= 1),
    subject_id   uuid NOT NULL,
    seq          bigint NOT NULL CHECK (seq >= 1),
    kind         smallint NOT NULL,
    at           timestamptz NOT NULL,
    actor_kind   smallint NOT NULL,
    actor_id     uuid, -- null: the system
    team_id      uuid,
    body         bytea NOT NULL,
    hash         bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (workspace_id, pos),
    UNIQUE (workspace_id, subject_id, seq)
);

-- The answer to every command, kept 7 days. key and body_mac are HMACs under the workspace's secret.
CREATE TABLE idempotency (
    workspace_id uuid NOT NULL,
    key          bytea NOT NULL CHECK (length(key) = 32),
    body_mac     bytea NOT NULL CHECK (length(body_mac) = 32),
    status       smallint NOT NULL,
    location     text,
    answer       text, -- null once a lead that it speaks of is erased
    lead_id      uuid, -- when it speaks of exactly one
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key)
);

CREATE INDEX idempotency_of_lead ON idempotency (workspace_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX idempotency_age ON idempotency USING brin (created_at);

-- The leads of an answer that speaks of several.
CREATE TABLE idempotency_lead (
    workspace_id uuid NOT NULL,
    lead_id      uuid NOT NULL,
    key          bytea NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, key)
);

-- What a sender delivered, raw; bodies go after 30 days and with the person.
CREATE TABLE delivery (
    workspace_id uuid NOT NULL,
    delivery_id  uuid NOT NULL,
    source_id    uuid NOT NULL,
    received_at  timestamptz NOT NULL,
    content_type text NOT NULL,
    body         bytea,
    status       text NOT NULL CHECK (status IN ('applied', 'failed')),
    error        text, -- code and place, never a value
    lead_id      uuid, -- the first, when it brought several
    replayed_at  timestamptz,
    PRIMARY KEY (workspace_id, delivery_id),
    FOREIGN KEY (workspace_id, source_id) REFERENCES source
);

CREATE INDEX delivery_failed ON delivery (workspace_id, delivery_id) WHERE status = 'failed';

CREATE TABLE delivery_lead (
    workspace_id uuid NOT NULL,
    lead_id      uuid NOT NULL,
    delivery_id  uuid NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, delivery_id)
);

-- Recurring work of a workspace: claimed by a row lock, by one server at a time.
CREATE TABLE job (
    workspace_id uuid NOT NULL REFERENCES workspace,
    name         text NOT NULL,
    due_at       timestamptz NOT NULL,
    cursor       bigint NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE INDEX job_due ON job (name, due_at);
