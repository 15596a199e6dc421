-- What was signed only grows, as the ledger does (0003).
CREATE TRIGGER ledger_node_append_only BEFORE UPDATE OR DELETE ON ledger_node
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_node_no_truncate BEFORE TRUNCATE ON ledger_node
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER signing_key_append_only BEFORE UPDATE OR DELETE ON signing_key
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER signing_key_no_truncate BEFORE TRUNCATE ON signing_key
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

ALTER TABLE ledger_node ENABLE ALWAYS TRIGGER ledger_node_append_only;
ALTER TABLE ledger_node ENABLE ALWAYS TRIGGER ledger_node_no_truncate;
ALTER TABLE signing_key ENABLE ALWAYS TRIGGER signing_key_append_only;
ALTER TABLE signing_key ENABLE ALWAYS TRIGGER signing_key_no_truncate;
ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_append_only;
ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_no_truncate;
