"""Values that fit a schema of openapi.yaml, and the same values spoilt in one place or several."""

import copy
import json
import re._constants as tokens
import re._parser as patterns

DEPTH_MAX = 4  # of what is optional
EXTRA_MAX = 3  # items more than the least
LETTERS = "abcxyzABC0189 -_.@äß語🙂'\"\\/<%"

# What JSON readers stumble over, written as it stands.
NUMBERS = [b"0", b"-0", b"-1", b"1.0", b"0.5", b"-0.0", b"1e2", b"1e308", b"-1e308", b"1e309", b"1e-400", b"5e-324",
           b"9007199254740993", b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808",
           b"-9223372036854775809", b"2147483648", b"4294967296", b"123456789012345678901234567890", b"NaN",
           b"Infinity",
           b"-Infinity", b"01", b"+1", b".5", b"1.", b"0x10"]
TEXTS = [b'""', b'" "', b'"\\u0000"', b'"a\\u0000b"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"',
         b'"\xff\xfe"',
         b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\\uffff"', b'"\\u202e"', b'"\\u0007"', b'"\x07"', b'"\\n"',
         b'"\\u2028"', b'"\\x"',
         b'"NaN"', b'"null"', b'"-1"', b'"1e999"', b'"\';--"', b'"{}"', b'"%00%s%n"', b'"../.."', b'"a@b"', b'"@"',
         b'"a@b@c.example"', b'"x@-.example"', b'"\\u0130@\\u0130.example"', b'"0000-00-00T00:00:00Z"',
         b'"9999-12-31T23:59:59.999999999+23:59"', b'"0001-01-01T00:00:00+14:00"', b'"2026-02-30T00:00:00Z"',
         b'"2026-11-22T24:00:00Z"', b'"2016-12-31T23:59:60Z"', b'"1900-01-01T00:00:00Z"', b'"/"', b'"/~2"',
         b'"/a/99999999999999999999"',
         b'"00000000-0000-0000-0000-000000000000"', b'"ffffffff-ffff-ffff-ffff-ffffffffffff"']
OTHERS = [b"null", b"true", b"false", b"[]", b"{}", b"[null]", b"[[]]", b'{"":null}', b'{"a":{"a":{}}}', b"",
          b"nul", b"[", b"}", b"'a'"]
# What they take, and the service may not.
WELL_FORMED = [None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 0.5, -0.0, 1.0, 1e308, 5e-324, "",
               " ", "a", "null", "NaN", "1", "é",
               "\u0001", "\n", "\u202e\uffff", "a@b", "a@b.example ", "+49 30 1234567",
               "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00", "2026-11-22",
               "/a/0/-", "%00", "a" * 64, "a" * 65, "é" * 200, "🙂" * 255, "a" * 1025, [], {}, [None], [[]],
               {"": None}, [1, "a", 0.5], ["a"] * 65, [0] * 1001]
LONG = [64, 65, 200, 255, 256, 1024, 1025, 2001, 70000]
DEEP = [8, 9, 33, 63, 64, 65, 2000]


class Raw(bytes):
    """JSON text that stands in a value's place, right or wrong."""


def dump(value):
    """JSON text of a value that may hold Raw parts; an object may be a list of its pairs."""
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, dict):
        value = Pairs(value.items())
    if isinstance(value, Pairs):
        return b"{" + b",".join(dump(name) + b":" + dump(member) for name, member in value) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(dump, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


class Pairs(list):
    """An object whose members may be there twice."""


class Generator:
    """random decides everything; known answers values seen before for a member's name, or none."""

    def __init__(self, spec, random, known):
        self.spec = spec
        self.random = random
        self.known = known

    def often(self, share):
        return self.random.random() < share

    def value(self, schema, name="", depth=0):
        schema, pointer = self.spec.resolve(schema)
        seen = [v for v in self.known(name, pointer) if self.spec.fits(schema, v)]
        if seen and self.often(0.8):
            return self.random.choice(seen)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "oneOf" in schema:
            return self.value(self.simplest(schema["oneOf"], depth), name, depth)
        if "anyOf" in schema and "type" not in schema:
            return self.value(self.random.choice(schema["anyOf"]), name, depth)
        kinds = schema.get("type", "object")
        kind = kinds if isinstance(kinds, str) else self.random.choice(kinds)
        return getattr(self, "a_" + kind)(schema, name, depth)

    def simplest(self, branches, depth):
        """Any of them, but deep down one that does not lead deeper."""
        return self.random.choice(branches if depth < DEPTH_MAX else branches[:1])

    def a_null(self, _schema, _name, _depth):
        return None

    def a_boolean(self, _schema, _name, _depth):
        return self.often(0.5)

    def a_integer(self, schema, _name, _depth):
        low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
        return self.random.choice([low, high, self.random.randint(low, min(high, low + 100)),
                                   self.random.randint(low, high)])

    def a_number(self, schema, name, depth):
        return self.a_integer(schema, name, depth) if self.often(0.7) else schema.get("minimum",
            -500) + self.random.randint(0, 8000) / 8

    def a_string(self, schema, _name, _depth):
        if "pattern" in schema:
            return self.sample(patterns.parse(schema["pattern"]))
        low, high = schema.get("minLength", 0), schema.get("maxLength", 30)
        length = self.random.choice([low, high]) if self.often(0.1) else self.random.randint(low,
            min(high, low + 12))
        return "".join(self.random.choice(LETTERS) for _ in range(length))

    def a_array(self, schema, name, depth):
        low, high = schema.get("minItems", 0), schema.get("maxItems", EXTRA_MAX)
        count = self.random.randint(low, min(high, low + (EXTRA_MAX if depth < DEPTH_MAX else 0)))
        return [self.value(schema.get("items", {"type": "string"}), name, depth + 1) for _ in range(count)]

    def a_object(self, schema, _name, depth):
        needed = set(schema.get("required", []))
        if "anyOf" in schema:
            needed |= set(self.random.choice(schema["anyOf"]).get("required", []))
        out = {}
        for name, member in schema.get("properties", {}).items():
            if name in needed or (depth < DEPTH_MAX and self.often(0.4)):
                out[name] = self.value(member, name, depth + 1)
        if len(out) < schema.get("minProperties", 0) and schema.get("properties"):
            name = self.random.choice(list(schema["properties"]))
            out[name] = self.value(schema["properties"][name], name, depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            for _ in range(max(schema.get("minProperties", 0), self.random.randint(0, EXTRA_MAX))):
                name = self.value(schema.get("propertyNames", {"type": "string", "minLength": 1}),
                                  "name of attribute")
                out[name] = self.value(extra, name, depth + 1)
        return out

    def sample(self, parsed):
        """A text that the pattern describes."""
        out = ""
        for kind, what in parsed:
            if kind is tokens.LITERAL:
                out += chr(what)
            elif kind is tokens.ANY:
                out += self.random.choice("abcxyz0")
            elif kind is tokens.NOT_LITERAL:
                out += self.random.choice([c for c in "abc:xyz" if c != chr(what)])
            elif kind is tokens.IN:
                out += self.one_of(what)
            elif kind is tokens.MAX_REPEAT:
                low, high, inner = what
                count = self.random.choice([low, self.random.randint(low, min(high, low + 12))])
                out += "".join(self.sample(inner) for _ in range(count))
            elif kind is tokens.SUBPATTERN:
                out += self.sample(what[3])
            elif kind is tokens.BRANCH:
                out += self.sample(self.random.choice(what[1]))
        return out

    def one_of(self, ranges):
        kind, what = self.random.choice(ranges)
        if kind is tokens.RANGE:
            return chr(self.random.randint(*what))
        if kind is tokens.LITERAL:
            return chr(what)
        return self.random.choice("0123456789") if kind is tokens.CATEGORY else "a"

    # --- spoiling ---

    def spoilt(self, value):
        """A copy with one to three faults, each anywhere in it."""
        value = copy.deepcopy(value)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            value = self.spoil(value)
        return value

    def spoil(self, value):
        if isinstance(value, dict) and value and self.often(0.75):
            name = self.random.choice(list(value))
            value[name] = self.spoil(value[name])
            return value
        if isinstance(value, list) and not isinstance(value, Pairs) and value and self.often(0.7):
            at = self.random.randrange(len(value))
            value[at] = self.spoil(value[at])
            return value
        if isinstance(value, dict) and self.often(0.8):
            return self.spoil_members(value)
        return self.stranger()

    def spoil_members(self, value):
        kind = self.random.randrange(5)
        names = list(value)
        if kind == 0 and names:
            del value[self.random.choice(names)]
        elif kind == 1:
            value[self.random.choice(["x", "", "id", "$ref", "__proto__", "a" * 300, "é"])] = self.stranger()
        elif kind == 2 and names:
            name = self.random.choice(names)
            return Pairs(list(value.items()) + [(name, self.random.choice([value[name], None, self.stranger()]))])
        elif kind == 3 and names:
            value[self.random.choice(names)] = None
        else:
            return Pairs(list(value.items()) + [(Raw(self.random.choice(TEXTS)), self.stranger())])
        return value

    def stranger(self):
        """Something that does not belong."""
        if self.often(0.6):
            return copy.deepcopy(self.random.choice(WELL_FORMED))
        kind = self.random.randrange(12)
        if kind < 4:
            return Raw(self.random.choice(NUMBERS))
        if kind < 8:
            return Raw(self.random.choice(TEXTS))
        if kind < 10:
            return Raw(self.random.choice(OTHERS))
        if kind == 10:
            return self.random.choice(["a", "é", "🙂", "1", "a."]) * self.random.choice(LONG)
        depth = self.random.choice(DEEP)
        opening, closing = self.random.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'{"not":', b"}"),
                                               (b'{"all":[', b"]}")])
        return Raw(opening * depth + b"1" + closing * depth)

    def spoilt_bytes(self, body):
        """The whole body spoilt, whatever it says."""
        kind = self.random.randrange(9)
        at = self.random.randrange(len(body) + 1)
        if kind == 0:
            return body[:at]
        if kind == 1:
            return b"\xef\xbb\xbf" + body
        if kind == 2:
            return body + self.random.choice([b"x", b"\0", b"{}", b",", b" " * 5000])
        if kind == 3:
            return body.decode("utf-8", "replace").encode(self.random.choice(["utf-16", "utf-32", "utf-16-be"]),
                                                          "replace")
        if kind == 4:
            return self.random.choice([b"", b" ", b"\0", b"null", b'""', b"[]", b"0", b"{}"])
        if kind == 5:
            return body[:at] + bytes([self.random.randrange(256)]) + body[at + 1:]
        if kind == 6:
            return body[:at] + body[at + self.random.randint(1, 8):]
        if kind == 7:
            return body[:at] + bytes(self.random.randrange(256) for _ in range(4)) + body[at:]
        return b"[" * self.random.choice([100, 100000]) + body
