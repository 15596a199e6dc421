"""The mistakes that can be planted in a C file: one small edit each, of the kinds that people make.

OPERATORS has them. None touches comments, directives or the text of strings, but for `sql`, which
exchanges columns and parameters. What only costs memory when it is forgotten (freeing), what only a
race shows (locks, signals) and what is only logged is left alone: AddressSanitizer, ThreadSanitizer
and the fault tests are for those."""

import collections
import re

import c_text

LEFT_ALONE = re.compile(
    r"^(assert|free|close|abort|exit|va_\w+|errno_\w+|.*_(free|release|clear|unref|decref|close)"
    r"|json_decref|PQ(clear|finish)|pthread_\w+|log_\w+|defect\w*|DEFECT|.*_(lock|unlock|broadcast|signal))$"
)
# The order of their arguments does not count, or only for the sign of what comes out.
EITHER_WAY = re.compile(r"(^(strcmp|strncmp|memcmp|strcasecmp|strncasecmp|if|while|for|switch|return|sizeof)$"
                        r"|equal|_same|_compare$|^(min|max)|_(min|max)$)")
RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
ARITHMETIC = {
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "|": "&", "&": "|", "<<": ">>", ">>": "<<",
    "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "++": "--", "--": "++",
}  # fmt: skip
LIMIT = re.compile(r"^[A-Z][A-Z0-9_]*_(MAX|MIN|US|MS|SECONDS|MINUTES|HOURS|DAYS)$")
FLAG = re.compile(r"^COLUMN_(CHANGES|FILLS)$")
WHOLE = re.compile(r"^\d+$")


class Mistake:
    """edits: (start, end, text), the bytes that are replaced. function: the function or table it is in."""

    def __init__(self, path, source, operator, function, edits):
        self.path, self.operator, self.function = path, operator, function
        self.ordinal = 1  # of those in the function that look alike
        self.edits = sorted(edits)
        self.line = source.line_of(self.edits[0][0])
        first, last = source.line_bounds(self.edits[0][0], self.edits[-1][1])
        self.before = _squeeze(source.text[first:last])
        self.after = _squeeze(_edited(source.text[first:last], self.edits, first))

    def apply(self, text):
        return _edited(text, self.edits, 0)

    @property
    def key(self):
        """Stays the same when lines move, and when the layout changes within them."""
        return (self.path, self.function, self.before, self.after, self.ordinal)


def _squeeze(text):
    return " ".join(text.split())


def _edited(text, edits, base):
    for start, end, new in reversed(edits):
        text = text[: start - base] + new + text[end - base :]
    return text


def _spaced(source, token):
    """Whether space stands on both sides: so a * is a product and no pointer."""
    return source.text[token.start - 1].isspace() and source.text[token.end].isspace()


def _begins_statement(source, i):
    before = source.tokens[i - 1].text
    if before in (";", "{", "}", "else"):
        return True
    if before == ")":
        return source.tokens[source.pair[i - 1] - 1].text in ("if", "for", "while")
    return False


def _end_of_statement(source, i):
    """The place of the ; that ends the statement; None in a list, where there are none."""
    while source.tokens[i].text != ";":
        if source.tokens[i].text == "}":
            return None
        i = source.pair[i] + 1 if source.tokens[i].text in ("(", "[", "{") else i + 1
    return i


def _inside(region):
    return range(region.first + 1, region.last)


def _functions(source):
    return (r for r in source.regions if r.kind == "function")


def _tables(source):
    return (r for r in source.regions if r.kind == "table")


def _replace(token, new):
    return [(token.start, token.end, new)]


# ---- the operators: each yields (region, edits) ----


def relation(source):
    for region in _functions(source):
        for i in _inside(region):
            token = source.tokens[i]
            if token.text in RELATIONS and token.kind == "mark":
                yield region, _replace(token, RELATIONS[token.text])


def logic(source):
    for region in _functions(source):
        for i in _inside(region):
            token = source.tokens[i]
            if token.text in ("&&", "||"):
                yield region, _replace(token, "||" if token.text == "&&" else "&&")


def condition(source):
    """Negated: a whole one, or the ! of a part gone."""
    for region in _functions(source):
        for i in _inside(region):
            token = source.tokens[i]
            if token.text in ("if", "while") and source.tokens[i + 1].text == "(":
                inside, closing = source.tokens[i + 2], source.tokens[source.pair[i + 1]]
                if inside.text != "!" and source.tokens[source.pair[i + 1] + 1].text != ";":
                    yield region, [(inside.start, inside.start, "!("), (closing.start, closing.start, ")")]
            elif token.text == "!" and token.kind == "mark":
                yield region, _replace(token, "")


def arithmetic(source):
    for region in _functions(source):
        for i in _inside(region):
            token = source.tokens[i]
            if token.kind != "mark" or token.text not in ARITHMETIC:
                continue
            if token.text in ("++", "--") or token.text.endswith("=") or _spaced(source, token):
                yield region, _replace(token, ARITHMETIC[token.text])


def constant(source):
    """Off by one: a number, or a limit that has a name."""
    for region in source.regions:
        for i in _inside(region):
            token = source.tokens[i]
            before, after = source.tokens[i - 1].text, source.tokens[i + 1].text
            if before == "{" and after == "}" or before == "case":
                continue
            if before == "[" and _is_declaration(source, i - 1):
                continue
            if token.kind == "number" and WHOLE.match(token.text):
                number = int(token.text)
                for new in {number + 1, number - 1} if number > 1 else {1 - number}:
                    yield region, _replace(token, str(new))
            elif region.kind == "function" and token.kind == "name" and LIMIT.match(token.text):
                if before not in ("[", ".", "->") and after != "(":
                    yield region, _replace(token, "(%s - 1)" % token.text)


def _is_declaration(source, bracket):
    """Whether the [ gives an array's size."""
    i = bracket - 1
    if source.tokens[i].kind != "name":
        return False
    before = source.tokens[i - 1]
    return before.kind == "name" and before.text != "return" or before.text == "*"


def boolean(source):
    """But for what only tests ask for: whether a statement is hot."""
    for region in source.regions:
        for i in _inside(region):
            token = source.tokens[i]
            if token.text in ("true", "false") and source.tokens[i - 1].text != "return":
                if source.tokens[i - 2].text == "hot":
                    continue
                yield region, _replace(token, "false" if token.text == "true" else "true")


def returned(source):
    """Something else is returned: the other truth, nothing for a pointer, no error for an error."""
    for region in _functions(source):
        pointer, truth = "*" in region.head, "bool" in region.head and "*" not in region.head
        for i in _inside(region):
            if source.tokens[i].text != "return":
                continue
            first, end = source.tokens[i + 1], source.tokens[_end_of_statement(source, i)]
            value = source.text[first.start : end.start]
            if value in ("true", "false"):
                yield region, _replace(first, "false" if value == "true" else "true")
            elif truth:
                yield region, [(first.start, end.start, "!(%s)" % value)]
            elif pointer and value != "NULL" and not value.startswith('"'):
                yield region, [(first.start, end.start, "NULL")]
            elif re.match(r"^ERR_(?!NONE$)\w+$", value):
                yield region, _replace(first, "ERR_NONE")


def call(source):
    """A call that stands for itself is forgotten."""
    for region in _functions(source):
        for i in _inside(region):
            token, after = source.tokens[i], source.tokens[i + 1]
            if token.kind != "name" or after.text != "(" or not _begins_statement(source, i):
                continue
            closing = source.pair[i + 1]
            if source.tokens[closing + 1].text != ";" or LEFT_ALONE.match(token.text):
                continue
            if token.text not in ("if", "for", "while", "switch", "return"):
                yield region, [(token.start, source.tokens[closing].end, "(void)0")]


def assignment(source):
    """What should have been set keeps its value."""
    for region in _functions(source):
        for i in _inside(region):
            token = source.tokens[i]
            if token.kind != "name" and token.text != "*" or not _begins_statement(source, i):
                continue
            j = i + 1 if token.text == "*" else i
            while source.tokens[j + 1].text in ("->", ".", "["):
                j = source.pair[j + 1] if source.tokens[j + 1].text == "[" else j + 2
            if source.tokens[j + 1].text in ("=", "+=", "-=", "|="):
                end = _end_of_statement(source, j)
                if end is not None:
                    yield region, [(token.start, source.tokens[end].start, "(void)0")]


def arguments(source):
    """Two neighbours change places; the compiler refuses those of two types."""
    for region in _functions(source):
        for i in _inside(region):
            token = source.tokens[i]
            if token.kind != "name" or source.tokens[i + 1].text != "(" or EITHER_WAY.search(token.text):
                continue
            if LEFT_ALONE.match(token.text):
                continue
            parts = source.arguments(i + 1)
            for left, right in zip(parts, parts[1:]):
                spans = [(source.tokens[a].start, source.tokens[b].end) for a, b in (left, right)]
                texts = [source.text[a:b] for a, b in spans]
                if texts[0] != texts[1] and not any('"' in t or "&" in t for t in texts):
                    yield region, [(*spans[0], texts[1]), (*spans[1], texts[0])]


def jump(source):
    for region in _functions(source):
        for i in _inside(region):
            if source.tokens[i].text == "continue":
                yield region, _replace(source.tokens[i], "break")


def column(source):
    """Of a table of columns: two rows of one form hold each other's member, or one is not updated."""
    for region in _tables(source):
        if "column" not in region.head:
            continue
        rows = []  # form, first and last token of the member
        for i in _inside(region):
            token = source.tokens[i]
            if FLAG.match(token.text):
                yield region, _replace(token, "0")
            if token.text == "IN" and source.tokens[i + 1].text == "(":
                form = source.tokens[i - 2].text
                rows.append((form, i, source.pair[i + 1]))
        for left, right in zip(rows, rows[1:]):
            if left[0] == right[0]:
                spans = [(source.tokens[a].start, source.tokens[b].end) for _, a, b in (left, right)]
                texts = [source.text[a:b] for a, b in spans]
                yield region, [(*spans[0], texts[1]), (*spans[1], texts[0])]


_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|SET|ORDER BY|RETURNING|AND|ON|GROUP BY)\b")
_NEIGHBOURS = re.compile(r"(?<![\w.$])((?:[a-z]\w*\.)?[a-z_]+), ((?:[a-z]\w*\.)?[a-z_]+)(?![\w.(])")
_PARAMETERS = re.compile(r"\$(\d)(?!\d)")


def sql(source):
    """Two neighbouring columns of a statement change places, or a parameter is its neighbour."""
    for region in source.regions:
        numbers = set()
        strings = [source.tokens[i] for i in _inside(region) if source.tokens[i].kind == "string"]
        statement = any(_SQL.search(t.text) for t in strings)
        for token in strings:
            numbers.update(_PARAMETERS.findall(token.text))
        for token in strings if statement else []:
            for match in _NEIGHBOURS.finditer(token.text):
                left, right = match.groups()
                if left != right:
                    yield region, [(token.start + match.start(), token.start + match.end(), right + ", " + left)]
            for match in _PARAMETERS.finditer(token.text):
                other = str(int(match.group(1)) + 1)
                if other in numbers:
                    yield region, [(token.start + match.start(), token.start + match.end(), "$" + other)]


OPERATORS = {
    "relation": relation,
    "logic": logic,
    "condition": condition,
    "arithmetic": arithmetic,
    "constant": constant,
    "boolean": boolean,
    "return": returned,
    "call": call,
    "assignment": assignment,
    "arguments": arguments,
    "jump": jump,
    "column": column,
    "sql": sql,
}


def find(path, text):
    """All that can be planted in this file."""
    source = c_text.Source(text)
    found = {}
    for name, operator in OPERATORS.items():
        for region, edits in operator(source):
            mistake = Mistake(path, source, name, region.name, edits)
            found.setdefault(tuple(mistake.edits), mistake)
    alike = collections.Counter()
    for mistake in sorted(found.values(), key=lambda m: m.edits):
        alike[mistake.key[:-1]] += 1
        mistake.ordinal = alike[mistake.key[:-1]]
    return list(found.values())


# ---- those that change nothing ----


def read_equivalent(text):
    """The list of mistakes that are none: {key: reason}. A block each, parted by empty lines:

        lib/core/lead/lead.c lead_touch
        - if (at > lead->last)
        + if (at >= lead->last)
        Setting it to the value it has changes nothing.

    Where a function has the same line several times, a number after its name says which one is meant.
    """
    known = {}
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        if len(lines) < 4 or not lines[1].startswith("- ") or not lines[2].startswith("+ "):
            raise ValueError("not a path and function, a line with -, one with +, and a reason:\n" + block)
        path, function, *ordinal = lines[0].split()
        key = (path, function, _squeeze(lines[1][2:]), _squeeze(lines[2][2:]), int(ordinal[0]) if ordinal else 1)
        known[key] = _squeeze(" ".join(lines[3:]))
    return known
