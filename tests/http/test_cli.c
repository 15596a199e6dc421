/* The command line: what it says, to whom, and the exit code it ends with. */
#include "shell.h"
#include "stage.h"
#include "suite.h"

#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *command;
    int code;
    const char *said;
} uses[] = {
    {"$B", 2, "usage: baton COMMAND"},
    {"$B --help", 0, "workspace create NAME"},
    {"$B help", 0, "Exit codes"},
    {"$B --version", 0, "baton 0"},
    {"$B version", 0, "schema"},
    {"$B wrong", 2, "there is no command \"wrong\""},
    {"$B key", 2, "key create WORKSPACE"},
    {"$B key --help", 0, "key revoke WORKSPACE KEY"},
    {"$B key wrong", 2, "there is no command \"key wrong\""},
    {"$B serve --help", 0, "BATON_LISTEN"},
    {"$B key create --help", 0, "--role ROLE"},
    {"$B key create", 2, "something is missing; usage: baton key create WORKSPACE"},
    {"$B key create acme extra", 2, "\"extra\" is too much"},
    {"$B key create acme --colour red", 2, "key create knows no option --colour"},
    {"$B key create acme --title", 2, "--title needs a value: TEXT"},
    {"$B key create acme --title a --title b", 2, "--title is given twice"},
    {"$B migrate --check=1", 2, "--check takes no value"},
    {"$B workspace create Acme", 2, "a name has 1 to 63"},
    {"$B workspace create acme --starter hot", 2, "give mql, srl, sql or a file"},
    {"$B workspace create acme --sales x", 2, "--sales x: this is not an email address"},
    {"$B workspace create acme --sales a@x.example --ae b@x.example", 2, "not both"},
    {"$B workspace create acme --sign", 2, "--sign needs a member"},
    {"$B definition starter hot", 2, "there are starters for mql, srl and sql"},
    {"$B definition starter srl | $B definition check -", 0, "fine"},
    {"$B definition starter mql | $B definition check -", 0, "fine"},
    {"echo '{\"term\":\"mql\"}' | $B definition check -", 1, "fault"},
    {"echo '{' | $B definition check -", 1, "line 2"},
    {"$B definition check /nowhere", 1, "/nowhere"},
    {"$B definition apply acme mql", 2, "something is missing"},
    {"$B definition suggestions acme mql --out x", 2, "say which with --draft"},
    {"$B job", 2, "job list WORKSPACE"},
    {"BATON_WORKERS=none $B serve --listen nowhere", 2, "--listen: give HOST:PORT"},
    {"BATON_WORKERS=none $B serve --listen nowhere", 2,
     "BATON_WORKERS: give a whole number of threads from 1 to 64"},
    {"$B serve --workers", 2, "--workers needs a value: threads"},
    {"$B serve --listen :1 --listen :2", 2, "--listen is given twice"},
    {"$B serve --listen=:1 --workers 2 --listen :1", 2, "--listen is given twice"},
    {"$B key create acme --ti x", 2, "--ti: write it whole, --title"},
    {"$B key create acme -t x", 2, "key create knows no option -t"},
    {"$B key create acme --title=a -- --team", 2, "\"--team\" is too much"},
    {"BATON_CALLED_AS=script/baton $B key create", 2, "usage: script/baton key create WORKSPACE"},
    {"BATON_CALLED_AS=script/baton $B wrong", 2, "`script/baton --help` lists them"},
    {"BATON_CALLED_AS=script/baton $B verify --help", 0, "\n  script/baton verify --receipt"},
    {"$B serve --log-level=loud", 2, "--log-level: give debug|info|warn|error"},
    {"$B migrate --database-url postgres://nobody@127.0.0.1:1/none", 3, "baton: "},
    {"$B team list acme --database-url postgres://nobody@127.0.0.1:1/none", 3, "baton: "},
    {"$B serve --database-url postgres://nobody@127.0.0.1:1/none", 3,
     "the database does not answer"},
};

START_TEST(what_is_said_and_the_exit_code)
{
    shell_expect(uses[_i].command, uses[_i].code, uses[_i].said);
}
END_TEST

START_TEST(every_command_has_help)
{
    static const char *const families[] = {"workspace",  "team",      "member", "key",
                                           "definition", "agreement", "job"};

    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        char command[64];
        snprintf(command, sizeof command, "$B %s --help", families[i]);
        shell_expect(command, 0, families[i]);
    }
    shell_expect(
        "for c in serve migrate verify version routes 'team list' 'member list' 'key revoke' "
        "'definition show' 'definition apply' 'definition suggestions' 'job list' 'job show' "
        "'job cancel' 'agreement diff' "
        "'agreement suspend' 'definition sign'; do $B $c --help || "
        "exit 9; done",
        0, "usage: baton definition sign WORKSPACE TERM VERSION");
    shell_expect("for c in 'definition diff' 'definition edits' 'agreement comments'; do "
                 "$B $c --help || exit 9; done",
                 0, "usage: baton agreement comments WORKSPACE AGREEMENT VERSION");
}
END_TEST

/* Whoever fails says on what it worked, and never a password. */
START_TEST(the_database_is_named)
{
    char command[1024];

    setenv("DATABASE_URL", stage_database(), 1);
    shell_expect("$B team list nowhere", 1, "baton: the database was host=");
    shell_expect("$B verify | head -1", 0, "database: host=");
    shell_expect("$B where", 0, "database  host=");
    unsetenv("DATABASE_URL");
    snprintf(command, sizeof command, "%s",
             "out=$($B team list a --database-url 'postgresql://me:s3cret@127.0.0.1:1/none' 2>&1);"
             "test $? = 3; echo \"$out\"; ! echo \"$out\" | grep s3cret");
    shell_expect(command, 0, "the database was host=127.0.0.1 port=1 dbname=none user=me");
}
END_TEST

START_TEST(a_schema_that_is_behind_is_not_served)
{
    struct database *empty = database_new_empty();

    setenv("DATABASE_URL", database_conninfo(empty), 1);
    shell_expect("$B migrate --check", 3, "baton migrate");
    shell_expect("$B serve --listen 127.0.0.1:0", 3, "baton migrate");
    shell_expect("$B workspace list", 3, "baton migrate");
    shell_expect("$B migrate", 0, "as this program needs it");
    shell_expect("$B migrate", 0, "as this program needs it");
    shell_expect("$B migrate --check", 0, "as this program needs it");
    shell_expect("$B workspace list", 0, "");
    unsetenv("DATABASE_URL");
    database_free(empty);
}
END_TEST

#define ONE_IS_MADE                                                                                \
    "n=$( (for i in 1 2 3 4; do $B workspace create race%d --marketing ana@acme.example "          \
    "--sales sam@acme.example >/dev/null 2>&1 && echo made & done; wait) | wc -l); "               \
    "test \"$n\" = 1 && test \"$($B workspace list | grep -c '^race%d$')\" = 1"

START_TEST(of_one_name_one_workspace_is_made)
{
    char script[1024];

    setenv("DATABASE_URL", stage_database(), 1);
    for (int i = 0; i < 5; i++) {
        snprintf(script, sizeof script, ONE_IS_MADE, i, i);
        shell_expect(script, 0, "");
    }
    unsetenv("DATABASE_URL");
}
END_TEST

/* From nothing to a definition that both sides signed, by the command line alone. */
START_TEST(a_workspace_from_the_command_line)
{
    setenv("DATABASE_URL", stage_database(), 1);
    shell_expect("$B workspace create byhand --marketing Ana@acme.example --sales sam@acme.example",
                 0, "ana@acme.example");
    shell_expect("$B workspace create byhand", 1, "exists already");
    shell_expect("$B workspace list", 0, "byhand");
    shell_expect("$B team create byhand partners --function other", 0, "\"name\": \"partners\"");
    shell_expect("$B team create byhand partners --function other", 1, "already");
    shell_expect("$B team create byhand x --function none", 2, "marketing, sales or other");
    shell_expect("$B team update byhand partners --title 'All partners'", 0, "All partners");
    shell_expect("$B team update byhand partners --function sales", 0, "\"function\": \"sales\"");
    shell_expect("$B team update byhand sales --function other", 1,
                 "Routes lead from or to this team");
    shell_expect("$B team update byhand partners --active maybe", 2, "give yes or no");
    shell_expect("$B team list byhand", 0, "partners");
    shell_expect("$B team calendar byhand sales", 0, "day and night count");
    shell_expect("echo '{\"time_zone\":\"UTC\",\"hours\":{}}' | $B team calendar byhand sales -", 1,
                 "fault   /hours: There is no working time");
    shell_expect("echo '{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]]}}' | "
                 "$B team calendar byhand sales -",
                 0, "\"time_zone\": \"UTC\"");
    shell_expect("$B team calendar byhand sales", 0, "\"09:00\"");
    shell_expect("$B team calendar byhand sales --remove", 0, "\"name\": \"sales\"");
    shell_expect("$B team calendar byhand sales --remove", 1, "has no calendar");
    shell_expect("$B member create byhand --team partners --name Pat --external crm:7", 0,
                 "\"crm\"");
    shell_expect("$B member create byhand --team partners --name Pat", 2, "--email or --external");
    shell_expect("$B member update byhand sam@acme.example --name Samuel", 0, "Samuel");
    shell_expect("$B member list byhand", 0, "Samuel");
    shell_expect("$B key create byhand --title t --member sam@acme.example --role sign", 0,
                 "baton_");
    shell_expect("$B key create byhand --title t --team sales --role sign", 1, "/roles");
    shell_expect("$B key list byhand", 0, "valid");
    shell_expect("$B key revoke byhand nothing", 2, "give a key");
    shell_expect("$B definition starter mql | $B definition draft byhand -", 0,
                 "mql version 1 is draft");
    shell_expect("$B definition list byhand", 0, "mql   1  draft");
    shell_expect("echo '{\"attributes\":{\"seniority\":\"vp\"},\"touches\":[{\"kind\":"
                 "\"form_submitted\"}],\"email\":\"kim@corp.example\"}' | "
                 "$B definition try byhand mql 1 -",
                 0, "\"qualified\"");
    shell_expect("echo '{\"email\":\"kim\"}' | $B definition try byhand mql 1 -", 1, "/email");
    shell_expect("echo '{}' | $B definition try byhand goals 1 -", 2, "mql, srl and sql");
    shell_expect("echo '{}' | $B definition try byhand mql 7 -", 1, "no version 7");
    shell_expect("$B definition propose byhand mql 1 --effective-from tomorrow", 2,
                 "give a moment");
    shell_expect("$B definition propose byhand mql 1", 0, "content hash");
    shell_expect("$B definition sign byhand mql 1", 2, "--hash: give the content hash");
    shell_expect(
        "hash=$($B definition show byhand mql | grep -o '[0-9a-f]\\{64\\}');"
        "for who in ana@acme.example sam@acme.example; do export BATON_KEY=$("
        "$B key create byhand --title s --member $who --role sign | grep -o 'baton_[a-z0-9_]*');"
        "$B definition sign byhand mql 1 --hash $hash; done",
        0, "mql version 1 is in_force");
    shell_expect("$B definition show byhand mql", 0, "**State**: in force");
    shell_expect("$B definition show byhand mql", 0, "**Proposed by**: the command line, ");
    shell_expect("$B definition show byhand mql | tail -n 2", 0, " UTC | the command line |");
    shell_expect("$B definition show byhand mql 9", 1, "there is no such version");
    shell_expect("$B verify byhand", 0, "");
    shell_expect("$B team list nowhere", 1, "there is no workspace \"nowhere\"");
    unsetenv("DATABASE_URL");
}
END_TEST

/* The key that this command makes, for the shell. */
static void set_key(const char *name, const char *words)
{
    char *made = stage_baton(words, 0);
    char *token = strstr(made, "baton_");

    ck_assert_ptr_nonnull(token);
    token[strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789_")] = '\0';
    setenv(name, token, 1);
    free(made);
}

/* Routes are agreed on as a definition is, and each side does alone what it may. */
START_TEST(routes_are_agreed_on_by_the_command_line)
{
    free(stage_baton("workspace create signed --marketing ana@acme.example --sales "
                     "sam@acme.example",
                     0));
    set_key("ANA", "key create signed --title s --member ana@acme.example --role sign");
    set_key("SAM", "key create signed --title s --member sam@acme.example --role sign");
    setenv("DATABASE_URL", stage_database(), 1);
    shell_expect("$B agreement list signed", 0, "routes   1  in_force");
    shell_expect("echo '{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\","
                 "\"gates\":[\"srl\"]}]}' | $B agreement draft signed -",
                 0, "routes version 2 is draft");
    shell_expect("echo '{}' | $B agreement draft signed -", 1, "the document says no term");
    shell_expect("$B agreement diff signed routes 2", 0,
                 "New: marketing offers leads to sales once they meet srl");
    shell_expect("$B agreement diff signed routes 2 --against 7", 1, "no version to compare");
    shell_expect("$B agreement comment signed routes 2 --text 'Why srl?'", 2,
                 "give the signer's own key in BATON_KEY");
    shell_expect("BATON_KEY=$SAM $B agreement comment signed routes 2 --text 'Why srl?'", 0,
                 "routes version 2 is draft");
    shell_expect("$B agreement show signed routes 2", 0, "Why srl?");
    shell_expect("$B agreement propose signed routes 2 --effective-from 2040-01-01T00:00:00Z", 0,
                 "routes version 2 is proposed");
    shell_expect("hash=$($B agreement show signed routes 2 | grep -o '[0-9a-f]\\{64\\}');"
                 "BATON_KEY=$ANA $B agreement sign signed routes 2 --hash $hash;"
                 "BATON_KEY=$SAM $B agreement sign signed routes 2 --hash $hash",
                 0, "routes version 2 is signed");
    shell_expect("$B agreement list signed", 0, "signed by ana for marketing, sam for sales");
    shell_expect("BATON_KEY=$SAM $B agreement revoke signed routes 2", 2, "reason");
    shell_expect("BATON_KEY=$SAM $B agreement revoke signed routes 2 --reason 'Not yet.'", 0,
                 "routes version 2 is revoked");
    shell_expect("BATON_KEY=$SAM $B agreement suspend signed routes 1 --reason 'Away.'", 0,
                 "routes version 1 is suspended");
    shell_expect("BATON_KEY=$ANA $B agreement resume signed routes 1", 1, "The other side");
    shell_expect("BATON_KEY=$SAM $B agreement resume signed routes 1", 0,
                 "routes version 1 is in_force");
    shell_expect("BATON_KEY=$ANA $B agreement acknowledge signed routes 1", 0, "in_force");
    shell_expect("for s in marketing_owned sales_owned shared account_based; do "
                 "$B agreement starter $s | $B agreement draft signed - || exit 9; done",
                 0, "routes version 6 is draft");
    shell_expect("$B agreement starter theirs", 2, "there is no starter");
    shell_expect("$B definition starter sql | $B agreement draft signed -", 0,
                 "sql version 1 is draft");
    shell_expect("$B agreement propose signed sql 1", 0, "content hash");
    shell_expect("BATON_KEY=$ANA $B agreement decline signed sql 1 --note 'Too many facts.'", 0,
                 "sql version 1 is declined");
    shell_expect("$B agreement show signed hot", 2, "the agreements are mql, srl, sql, routes");
    shell_expect("$B agreement suspend signed routes one --reason x", 2, "a whole number from 1");
    unsetenv("DATABASE_URL");
}
END_TEST

/* What would change is read before it is signed; who asks for changes says which, and gets them as
 * a draft with one command. */
START_TEST(a_definition_is_argued_over_by_the_command_line)
{
    free(stage_baton("workspace create argued --marketing ana@acme.example --sales "
                     "sam@acme.example",
                     0));
    set_key("ANA", "key create argued --title s --member ana@acme.example --role sign");
    set_key("SAM", "key create argued --title s --member sam@acme.example --role sign");
    setenv("DATABASE_URL", stage_database(), 1);
    setenv("D", "definition-of-test-cli.json", 1);
    setenv("CHANGE", "s/Company is big enough/Company is larger/; s/\"value\": 50/\"value\": 80/",
           1);
    shell_expect("$B definition starter mql > $D; $B definition diff argued $D", 1,
                 "no version of mql is in force: say --against which");
    shell_expect("$B definition draft argued $D && $B definition diff argued mql 1", 1,
                 "no version to compare");
    shell_expect("$B definition diff argued $D --against 1", 0,
                 "mql as in the file against version 1: 0 changes");
    shell_expect("$B definition propose argued mql 1 | grep -o '[0-9a-f]\\{64\\}' > $D.hash;"
                 "BATON_KEY=$ANA $B definition sign argued mql 1 --hash $(cat $D.hash);"
                 "BATON_KEY=$SAM $B definition sign argued mql 1 --hash $(cat $D.hash)",
                 0, "mql version 1 is in_force");
    shell_expect("sed \"$CHANGE\" $D | $B definition diff argued -", 0,
                 "mql as in the file against version 1: 2 changes");
    shell_expect("sed \"$CHANGE\" $D | $B definition diff argued - | tr -s ' \\n' ' '", 0,
                 "company.employees is at least 80");
    shell_expect("sed \"$CHANGE\" $D | $B definition diff argued - | awk 'length > 79 {exit 9}'", 0,
                 "");
    shell_expect("sed \"$CHANGE\" $D | $B definition diff argued - --json | "
                 "jq -c '[.term, .version, .against, (.changes | length), .changes[1].member]'",
                 0, "[\"mql\",null,1,2,\"test\"]");
    shell_expect("sed \"$CHANGE\" $D | $B definition draft argued - && "
                 "$B definition diff argued mql 2",
                 0, "mql version 2 against version 1: 2 changes");
    shell_expect("$B definition diff argued mql 1 --against 2", 0, "at least 50");
    shell_expect("$B definition diff argued mql 1 --against two", 2, "a whole number from 1");
    shell_expect("$B definition diff argued mql 9", 1, "there is no such version");
    shell_expect("$B definition diff argued routes 1", 2, "the definitions are mql, srl and sql");
    shell_expect("$B definition diff argued $D 1", 2, "the terms are mql, srl and sql");
    shell_expect("echo '{\"term\":\"mql\"}' | $B definition diff argued -", 1, "/criteria");
    shell_expect("$B definition propose argued mql 2", 0, "mql version 2 is proposed");
    shell_expect("echo '[{\"op\":\"replace\",\"path\":\"/criteria/company-size/test/value\","
                 "\"value\":70}]' | BATON_KEY=$SAM $B agreement comment argued mql 2 "
                 "--text '70 is what we can serve.' --asks-for-changes --edits - > $D.said;"
                 "cat $D.said; grep -c '^comment [0-9a-f-]\\{36\\}$' $D.said",
                 0, "mql version 2 is proposed");
    shell_expect("$B agreement comments argued mql 2", 0, "asks for changes");
    shell_expect("$B agreement comments argued mql 2", 0,
                 "replace /criteria/company-size/test/value: 70");
    shell_expect("$B agreement comments argued mql 2 --json | jq -c '.[0] | [.asks_for_changes, "
                 ".edits[0].value]'",
                 0, "[true,70]");
    shell_expect("echo '[]' | BATON_KEY=$SAM $B agreement comment argued mql 2 --text x --edits -",
                 1, "Give 1 to 20 edits");
    shell_expect("echo '{}' | BATON_KEY=$SAM $B agreement comment argued mql 2 --text x --edits -",
                 1, "edits are a list");
    shell_expect("BATON_KEY=$SAM $B agreement comment argued routes 1 --text x --asks-for-changes",
                 2, "mql, srl or sql");
    shell_expect("BATON_KEY=$ANA $B definition edits argued mql 2", 2, "--comment is missing");
    shell_expect("BATON_KEY=$ANA $B definition edits argued mql 2 --comment x", 2,
                 "as `baton agreement comments` lists them");
    shell_expect("BATON_KEY=$ANA $B definition edits argued mql 2 --comment "
                 "$(sed -n 's/^comment //p' $D.said)",
                 0, "mql version 3 is draft");
    shell_expect("$B definition diff argued mql 3 --against 2 | tr -s ' \\n' ' '", 0,
                 "company.employees is at least 70");
    shell_expect("rm $D $D.hash $D.said", 0, "");
    unsetenv("CHANGE");
    unsetenv("D");
    unsetenv("DATABASE_URL");
}
END_TEST

/* Whoever makes the workspace a second time keeps the keys of the first. */
START_TEST(keys_go_into_a_new_file)
{
    char command[1024];

    setenv("DATABASE_URL", stage_database(), 1);
    setenv("F", "keys-of-test-cli.json", 1);
    shell_expect("rm -f $F; $B workspace create kept --marketing ana@acme.example --keys-file $F",
                 0, "keys      in keys-of-test-cli.json, and nowhere else");
    shell_expect("stat -c %a $F", 0, "600");
    snprintf(command, sizeof command, "%s",
             "cp -p $F $F.before; $B workspace create kept --keys-file $F; code=$?;"
             "cmp $F $F.before && rm -f $F.before && exit $code");
    shell_expect(command, 1, "exists already and was left as it is; nothing was made");
    shell_expect("rm $F; $B workspace create kept --keys-file $F; test ! -e $F && exit 1", 1,
                 "exists already");
    shell_expect("test ! -e $F && $B workspace create kept --keys-file /nowhere/keys", 1,
                 "/nowhere/keys: No such file or directory; nothing was made");
    shell_expect("$B workspace create other --json --keys-file $F", 2, "not both");
    shell_expect("$B workspace list | grep -x other || exit 5", 5, "");
    unsetenv("F");
    unsetenv("DATABASE_URL");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "command line");

    EACH(tests, what_is_said_and_the_exit_code, uses);
    TESTS(tests, every_command_has_help, the_database_is_named,
          a_schema_that_is_behind_is_not_served, a_workspace_from_the_command_line,
          routes_are_agreed_on_by_the_command_line, a_definition_is_argued_over_by_the_command_line,
          keys_go_into_a_new_file, of_one_name_one_workspace_is_made);
}
