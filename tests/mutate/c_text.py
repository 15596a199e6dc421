"""C by tokens: enough of it to find functions, statements and arguments in clang-format's layout."""

import bisect
import re

_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<directive>(?<![^\n])[ \t]*\#(?:[^\n\\]|\\.)*)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<char>'(?:[^'\\\n]|\\.)+')
      | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?)[uUlLfF]*)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
      | (?P<space>\s+)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class Token:
    __slots__ = ("kind", "text", "start", "end")

    def __init__(self, kind, text, start):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)

    def __repr__(self):
        return self.text


class Region:
    """A function's body or a table's rows: the tokens from its { to its }, both included."""

    def __init__(self, kind, name, head, first, last):
        self.kind, self.name, self.head, self.first, self.last = kind, name, head, first, last


class Source:
    """tokens: without comments, directives and space. pair: of each bracket the place of the other."""

    def __init__(self, text):
        self.text = text
        self.tokens = []
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "mark" and match.group().isspace():
                continue
            if kind not in ("space", "comment", "directive"):
                self.tokens.append(Token(kind, match.group(), match.start()))
        self.pair = self._pairs()
        self.regions = list(self._regions())
        self._lines = [0] + [i + 1 for i, c in enumerate(text) if c == "\n"]

    def _pairs(self):
        pair, open_at = {}, []
        for i, token in enumerate(self.tokens):
            if token.text in _CLOSES:
                open_at.append(i)
            elif token.text in _CLOSES.values() and token.kind == "mark":
                if not open_at or _CLOSES[self.tokens[open_at[-1]].text] != token.text:
                    raise ValueError("brackets do not match")
                start = open_at.pop()
                pair[start], pair[i] = i, start
        if open_at:
            raise ValueError("a bracket is not closed")
        return pair

    def _regions(self):
        i = head = 0
        while i < len(self.tokens):
            text = self.tokens[i].text
            if text == "{":
                before = self.tokens[head:i]
                last = self.pair[i]
                texts = [t.text for t in before]
                if texts and texts[-1] == ")":
                    name = texts[texts.index("(") - 1]
                    yield Region("function", name, texts[: texts.index("(") - 1], i, last)
                elif "=" in texts:
                    names = [t.text for t in before[: texts.index("=")] if t.kind == "name"]
                    if "[" in texts:
                        names = [t.text for t in before[: texts.index("[")] if t.kind == "name"]
                    yield Region("table", names[-1], texts, i, last)
                i = last
            elif text == "(":
                i = self.pair[i]
            elif text == ";":
                head = i + 1
            if text == "{" and (not texts or "=" not in texts):
                head = i + 1
            i += 1

    def line_of(self, offset):
        """Counted from 1."""
        return bisect.bisect_right(self._lines, offset)

    def line_bounds(self, start, end):
        """The whole lines that hold these bytes."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", max(end - 1, first))
        return first, len(self.text) if last < 0 else last

    def arguments(self, opening):
        """Of a call whose ( stands at this place: first and last token of each argument."""
        found, first = [], opening + 1
        i = first
        while i <= self.pair[opening]:
            text = self.tokens[i].text
            if i == self.pair[opening] or text == ",":
                if i > first:
                    found.append((first, i - 1))
                first = i + 1
            elif text in _CLOSES:
                i = self.pair[i]
            i += 1
        return found
