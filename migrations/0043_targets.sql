-- Where a subscription sends to: as Baton says it, by a template, whose secrets are sealed, or by mail to members; and when
-- it may be sent to again, so that what happens in between comes in one mail.
ALTER TABLE subscription ADD COLUMN kind text NOT NULL DEFAULT 'webhook' CHECK (kind IN ('webhook', 'template', 'email'));
ALTER TABLE subscription ADD COLUMN template json;
ALTER TABLE subscription ADD CONSTRAINT subscription_has_its_document CHECK ((kind = 'webhook') = (template IS NULL));

ALTER TABLE sealed DROP CONSTRAINT sealed_field_check;
ALTER TABLE sealed ADD CONSTRAINT sealed_field_check
    CHECK (field IN ('workspace_secret', 'source_secret', 'source_old_secret', 'subscription_secrets'));

ALTER TABLE outbound_queue ADD COLUMN not_before timestamptz;
