-- What tools that speak PostgreSQL read (docs/connect.md): views without personal data, for logins that see one workspace each
-- (`baton workspace bi`, lib/store/pg/bi_login.h). A login is a member of baton_bi, and its name ends in the workspace's id. The
-- views read with the login's own rights: it may read these columns and no others, of its workspace alone, whatever it sets.
CREATE SCHEMA reporting;
GRANT USAGE ON SCHEMA reporting TO baton_bi;

CREATE FUNCTION reporting.workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(substr(current_user::text, length('baton_bi_') + 1), '')::uuid;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['lead', 'touch', 'dimension', 'team', 'handoff']
    LOOP
        EXECUTE format('CREATE POLICY bi_of_its_workspace ON %I FOR SELECT TO baton_bi
            USING (workspace_id = (SELECT reporting.workspace()))', name);
        -- and by no other policy: anybody may set a context
        EXECUTE format('CREATE POLICY bi_of_no_other ON %I AS RESTRICTIVE FOR SELECT TO baton_bi
            USING (workspace_id = (SELECT reporting.workspace()))', name);
    END LOOP;
END $$;

GRANT SELECT (workspace_id, lead_id, status, stage, owner_team, origin, found_by, created_at, first_touch_at, mql_at, sal_at, sql_at,
    opportunity_at, customer_at, amount_minor, amount_currency) ON lead TO baton_bi;
GRANT SELECT (workspace_id, touch_id, lead_id, kind, occurred_at, channel, source, medium, campaign, content, term, direction,
    function, team, cost_minor, cost_currency) ON touch TO baton_bi;
GRANT SELECT (workspace_id, dimension_id, dimension, value) ON dimension TO baton_bi;
GRANT SELECT (workspace_id, team_id, name, function) ON team TO baton_bi;
GRANT SELECT (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team, term, offered_at, respond_by, accepted_at, closed_at,
    first_contact_at, reason, class, outcome, outcome_at) ON handoff TO baton_bi;

CREATE VIEW reporting.touches WITH (security_invoker = true) AS
SELECT t.touch_id, t.lead_id, t.kind::text, t.occurred_at, channel.value AS channel, source.value AS source, medium.value AS medium,
    campaign.value AS campaign, content.value AS content, term.value AS term, t.direction::text, t.function::text, team.name AS team,
    t.cost_minor::bigint, t.cost_currency::text
FROM touch t
LEFT JOIN dimension channel ON channel.workspace_id = t.workspace_id AND channel.dimension_id = t.channel
LEFT JOIN dimension source ON source.workspace_id = t.workspace_id AND source.dimension_id = t.source
LEFT JOIN dimension medium ON medium.workspace_id = t.workspace_id AND medium.dimension_id = t.medium
LEFT JOIN dimension campaign ON campaign.workspace_id = t.workspace_id AND campaign.dimension_id = t.campaign
LEFT JOIN dimension content ON content.workspace_id = t.workspace_id AND content.dimension_id = t.content
LEFT JOIN dimension term ON term.workspace_id = t.workspace_id AND term.dimension_id = t.term
LEFT JOIN team ON team.workspace_id = t.workspace_id AND team.team_id = t.team;

-- Every lead that still counts, erased ones too, with the words of its first touch.
CREATE VIEW reporting.leads WITH (security_invoker = true) AS
SELECT l.lead_id, l.stage::text, owner.name AS owner_team, l.origin::text, l.found_by::text, l.created_at AS captured_at,
    coalesce(l.first_touch_at, l.created_at) AS began_at, l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at, l.amount_minor,
    l.amount_currency::text, first.channel, first.source, first.medium, first.campaign, first.content, first.term
FROM lead l
LEFT JOIN team owner ON owner.workspace_id = l.workspace_id AND owner.team_id = l.owner_team
LEFT JOIN LATERAL (
    SELECT touch_id
    FROM touch
    WHERE workspace_id = l.workspace_id AND lead_id = l.lead_id
    ORDER BY occurred_at, touch_id
    LIMIT 1
) earliest ON true
LEFT JOIN reporting.touches first ON first.touch_id = earliest.touch_id
WHERE l.status <> 'merged';

CREATE VIEW reporting.handoffs WITH (security_invoker = true) AS
SELECT h.handoff_id, h.lead_id, h.kind::text, h.state::text, giver.name AS from_team, receiver.name AS to_team, h.term::text,
    h.offered_at, h.respond_by, h.first_contact_at, h.accepted_at, h.closed_at, h.reason, h.class::text, h.outcome::text, h.outcome_at
FROM handoff h
LEFT JOIN team giver ON giver.workspace_id = h.workspace_id AND giver.team_id = h.from_team
LEFT JOIN team receiver ON receiver.workspace_id = h.workspace_id AND receiver.team_id = h.to_team;

-- Each conversion with each touch that a model credits, by the rules of docs/attribution.md as a workspace begins with them: all
-- touches, no window. Credit is shared in whole units of 10^-9 and money in the smallest unit, by largest remainder, ties to the
-- earlier touch, as lib/core/attribution/credit.c does it.
CREATE VIEW reporting.credit WITH (security_invoker = true) AS
WITH conversion AS (
    SELECT l.workspace_id, l.lead_id, m.milestone, m.at, l.amount_minor, l.amount_currency, l.customer_at IS NOT NULL AS won,
        l.customer_at IS NULL AND l.stage = 'opportunity' AS pipeline
    FROM lead l
    CROSS JOIN LATERAL (VALUES ('mql', l.mql_at), ('sal', l.sal_at), ('sql', l.sql_at), ('opportunity', l.opportunity_at),
        ('customer', l.customer_at)) m(milestone, at)
    WHERE l.status <> 'merged' AND m.at IS NOT NULL
), step AS (
    SELECT c.*, t.touch_id, t.occurred_at,
        row_number() OVER way AS place,
        count(t.touch_id) OVER whole AS steps,
        max(t.place) FILTER (WHERE NOT t.direct) OVER whole AS last_indirect
    FROM conversion c
    LEFT JOIN LATERAL (
        SELECT touch.touch_id, touch.occurred_at, row_number() OVER (ORDER BY touch.occurred_at, touch.touch_id) AS place,
            source.value IS NULL OR source.value IN ('direct', '(direct)') AS direct
        FROM touch
        LEFT JOIN dimension source ON source.workspace_id = touch.workspace_id AND source.dimension_id = touch.source
        WHERE touch.workspace_id = c.workspace_id AND touch.lead_id = c.lead_id
    ) t ON t.occurred_at <= c.at OR (t.place = 1 AND t.occurred_at > c.at)
    WINDOW whole AS (PARTITION BY c.lead_id, c.milestone),
        way AS (PARTITION BY c.lead_id, c.milestone ORDER BY t.occurred_at, t.touch_id)
), shared AS (
    SELECT s.*, m.model,
        CASE WHEN s.steps = 0 THEN 1000000000
            WHEN m.model = 'linear' THEN 1000000000 / s.steps + (s.place <= 1000000000 % s.steps)::int
            WHEN s.place = CASE m.model WHEN 'first' THEN 1 WHEN 'last' THEN s.steps
                ELSE coalesce(s.last_indirect, s.steps) END THEN 1000000000
            ELSE 0 END::bigint AS units
    FROM step s
    CROSS JOIN (VALUES ('first'), ('last'), ('last_non_direct'), ('linear')) m(model)
), money AS (
    SELECT s.*, div(s.amount_minor::numeric * s.units, 1000000000) AS whole,
        row_number() OVER (PARTITION BY s.lead_id, s.milestone, s.model
            ORDER BY mod(s.amount_minor::numeric * s.units, 1000000000) DESC, s.place) AS turn,
        s.amount_minor - sum(div(s.amount_minor::numeric * s.units, 1000000000))
            OVER (PARTITION BY s.lead_id, s.milestone, s.model) AS rest
    FROM shared s
    WHERE s.units > 0
), paid AS (
    SELECT m.*, (m.whole + (m.turn <= m.rest)::int)::bigint AS part
    FROM money m
)
SELECT p.lead_id, p.milestone, p.at AS converted_at, p.model,
    CASE WHEN p.steps = 0 THEN 'untouched' WHEN p.occurred_at > p.at THEN 'late' ELSE 'credited' END AS standing,
    p.touch_id, p.occurred_at AS touched_at, t.kind, t.channel, t.source, t.medium, t.campaign, t.content, t.term, t.direction, t.function,
    t.team, (p.units / 1000000000.0)::numeric(10, 9) AS credit, p.part AS amount_minor,
    CASE WHEN p.pipeline AND p.part IS NOT NULL THEN p.part END AS pipeline_minor,
    CASE WHEN p.won AND p.part IS NOT NULL THEN p.part END AS won_minor,
    p.amount_currency::text AS currency
FROM paid p
LEFT JOIN reporting.touches t ON t.touch_id = p.touch_id;

GRANT SELECT ON reporting.touches, reporting.leads, reporting.handoffs, reporting.credit TO baton_bi;
