/* Markdown of our documents into HTML: each block, each inline form, and nothing that is not
 * escaped. */
#include "base/markdown.h"
#include "suite.h"

#include <stdlib.h>

static const struct {
    const char *text;
    const char *html;
} cases[] = {
    {"", ""},
    {"# A & B\n", "<h1>A &amp; B</h1>\n"},
    {"one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>\n"},
    {"a <b> \"c\"", "<p>a &lt;b&gt; &quot;c&quot;</p>\n"},
    {"**a `**` b** c", "<p><strong>a <code>**</code> b</strong> c</p>\n"},
    {"an open ` and **end", "<p>an open ` and <strong>end</strong></p>\n"},
    {"`` a`b ``", "<p><code> a`b </code></p>\n"},
    {"\\*a\\|", "<p>*a|</p>\n"},
    {"- a\n  goes on\n- b\n\nc", "<ul>\n<li>a goes on</li>\n<li>b</li>\n</ul>\n<p>c</p>\n"},
    {"1. a\n2. b\n", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"},
    {"> a\n", "<blockquote>a</blockquote>\n"},
    {"| a | b |\n|---|---|\n| `x|y` | \\| |\n",
     "<table>\n<tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr>\n"
     "<tr><td><code>x|y</code></td><td>|</td></tr>\n</table>\n"},
    {"```sh\na < b\n# c\n```\nd", "<pre><code>a &lt; b\n# c\n</code></pre>\n<p>d</p>\n"},
    {"<!-- story -->\na", "<p>a</p>\n"},
    {"[a](docs/feeds.md#b)", "<p><a href=\"/docs/feeds#b\">a</a></p>\n"},
    {"[a](feeds.md)", "<p><a href=\"/docs/feeds\">a</a></p>\n"},
    {"[a](../openapi.yaml)", "<p><a href=\"/openapi.yaml\">a</a></p>\n"},
    {"[a](/problems)", "<p><a href=\"/problems\">a</a></p>\n"},
    {"[a](../tests/http/x.py)", "<p>a</p>\n"},
    {"[a](javascript:alert(1))", "<p>a)</p>\n"},
    {"[a](https://x.example/\"><b>)",
     "<p><a href=\"https://x.example/&quot;&gt;&lt;b&gt;\">a</a></p>\n"},
    {"[a] (b)", "<p>[a] (b)</p>\n"},
};

START_TEST(each_form)
{
    struct arena *arena = arena_new(1 << 16);
    struct text_out out;

    text_out_init(&out, arena, 4096);
    markdown_write(cases[_i].text, &out);
    ck_assert_str_eq(out.text == NULL ? "" : out.text, cases[_i].html);
    arena_free(arena);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "markdown");

    EACH(t, each_form, cases);
}
