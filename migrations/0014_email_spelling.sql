-- Emails have one spelling by Unicode: no invisible characters, normal form C, lower case. Before,
-- only ASCII was put into lower case, so what stands otherwise is respelled, else it would not be
-- found again. Domains are ASCII already. Where the new spelling is somebody's, the one who has it
-- keeps it, of several the oldest lead gets it, and the others' stay as they are: both leads are
-- there as before, and the address finds the one.
CREATE POLICY email_respelling ON lead TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY email_respelling ON identity TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY email_respelling ON member TO CURRENT_USER USING (true) WITH CHECK (true);

-- Lower case wants a collation that knows Unicode: ICU's, which PostgreSQL has unless it was built
-- without.
DO $$
DECLARE
    chosen text := (SELECT collname FROM pg_collation WHERE collname IN ('und-x-icu', 'C.utf8', 'en_US.utf8')
        AND collencoding IN (-1, pg_char_to_encoding('UTF8')) ORDER BY collname = 'und-x-icu' DESC LIMIT 1);
BEGIN
    EXECUTE format($f$
        CREATE FUNCTION email_spelling(email text) RETURNS text LANGUAGE sql IMMUTABLE AS $b$
            SELECT normalize(lower(normalize(regexp_replace(regexp_replace(email,
                '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U000E0000-\U000E0FFF]',
                '', 'g'),
                '^[\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+', ''), NFC) COLLATE %I), NFC)
        $b$ $f$, coalesce(chosen, 'default'));
END
$$;

CREATE TABLE respelled AS
WITH spelled AS (
    SELECT workspace_id, lead_id, value, email_spelling(value) AS wanted
        FROM identity WHERE source = 'email' AND value ~ '[^\u0001-\u007f]'
)
SELECT DISTINCT ON (workspace_id, wanted) workspace_id, lead_id, value, wanted
    FROM spelled s
    WHERE wanted <> value AND NOT EXISTS (
        SELECT FROM identity i WHERE i.workspace_id = s.workspace_id AND i.source = 'email' AND i.value = s.wanted)
    ORDER BY workspace_id, wanted, lead_id;

UPDATE lead l SET identities = (
        SELECT json_agg(CASE WHEN i.item ->> 0 = 'email' AND i.item ->> 2 = r.value
                             THEN json_build_array('email', '', r.wanted) ELSE i.item END ORDER BY i.n)
            FROM json_array_elements(l.identities) WITH ORDINALITY i (item, n))
    FROM respelled r
    WHERE l.workspace_id = r.workspace_id AND l.lead_id = r.lead_id AND l.identities IS NOT NULL;

UPDATE identity i SET value = r.wanted
    FROM respelled r WHERE i.workspace_id = r.workspace_id AND i.source = 'email' AND i.value = r.value;

WITH spelled AS (
    SELECT workspace_id, member_id, team_id, email_spelling(email) AS wanted,
           row_number() OVER (PARTITION BY workspace_id, team_id, email_spelling(email)
                              ORDER BY created_at, member_id) AS n
        FROM member WHERE email ~ '[^\u0001-\u007f]' AND email_spelling(email) <> email
)
UPDATE member m SET email = s.wanted
    FROM spelled s
    WHERE s.workspace_id = m.workspace_id AND s.member_id = m.member_id AND s.n = 1 AND NOT EXISTS (
        SELECT FROM member o WHERE o.workspace_id = s.workspace_id AND o.team_id = s.team_id AND o.email = s.wanted);

DROP TABLE respelled;
DROP FUNCTION email_spelling(text);
DROP POLICY email_respelling ON lead;
DROP POLICY email_respelling ON identity;
DROP POLICY email_respelling ON member;
