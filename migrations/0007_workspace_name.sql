-- One workspace of a name: two that are created in the same moment would else both stand. This is the
-- table of the tenants itself, so the one unique key that does not begin with the workspace; its few
-- rows can be a reference table where the others are distributed.

-- Of several with one name only the first was ever found by it: the others are renamed by their ids.
CREATE POLICY workspace_name_backfill ON workspace TO CURRENT_USER USING (true) WITH CHECK (true);

UPDATE workspace w SET name = left(w.name, 26) || '-' || w.workspace_id
    WHERE EXISTS (SELECT 1 FROM workspace f WHERE f.name = w.name AND f.workspace_id < w.workspace_id);

DROP POLICY workspace_name_backfill ON workspace;

CREATE UNIQUE INDEX workspace_name ON workspace (name);
