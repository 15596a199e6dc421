-- Whose an address is that asks for a link to sign in, in whichever workspace.
CREATE INDEX member_mailbox ON member (email, created_at, member_id) WHERE active;
CREATE POLICY mailbox_of_any_workspace ON member FOR SELECT TO baton_job USING (true);
GRANT SELECT (workspace_id, member_id, email, active, created_at) ON member TO baton_job;
