"""Which keywords OpenAPI 3.1 and JSON Schema 2020-12 know, place by place.

A reader passes over what it does not know, so a typing error, or a comma that ends a description
too early, is a rule that is written down and holds nowhere.
"""

ANY = None  # the value is not looked into


class Map(str):
    """Of whatever names to objects of this kind."""


class List(str):
    """Of objects of this kind."""


def fields(names="", **kinds):
    return {**dict.fromkeys(names.split(), ANY), **kinds}


SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
SCHEMA_ONES = ("not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
               "unevaluatedItems", "unevaluatedProperties")

KINDS = {
    "document": fields("openapi jsonSchemaDialect security x-outside x-everywhere", info="info", servers=List("server"),
                       paths=Map("path"), webhooks=Map("path"), components="components", tags=List("tag"),
                       externalDocs="docs"),
    "info": fields("title summary description termsOfService version", contact="contact", license="license"),
    "contact": fields("name url email"),
    "license": fields("name identifier url"),
    "docs": fields("description url"),
    "server": fields("url description variables"),
    "tag": fields("name description", externalDocs="docs"),
    "components": fields(schemas=Map("schema"), responses=Map("response"), parameters=Map("parameter"),
                         examples=Map("example"), requestBodies=Map("request"), headers=Map("header"),
                         securitySchemes=Map("scheme"), pathItems=Map("path")),
    "path": fields("summary description", servers=List("server"), parameters=List("parameter"),
                   **dict.fromkeys(("get", "put", "post", "delete", "options", "head", "patch", "trace"), "operation")),
    "operation": fields("operationId summary description deprecated security x-roles tags", externalDocs="docs",
                        parameters=List("parameter"), requestBody="request", responses=Map("response"),
                        servers=List("server")),
    "parameter": fields("name in description required deprecated allowEmptyValue style explode allowReserved example",
                        schema="schema", examples=Map("example"), content=Map("media")),
    "header": fields("description required deprecated style explode example", schema="schema",
                     examples=Map("example"), content=Map("media")),
    "request": fields("description required", content=Map("media")),
    "response": fields("description", headers=Map("header"), content=Map("media")),
    "media": fields("example encoding", schema="schema", examples=Map("example")),
    "example": fields("summary description value externalValue"),
    "scheme": fields("type description name in scheme bearerFormat flows openIdConnectUrl"),
    "schema": fields("$ref $comment type enum const title description default deprecated readOnly writeOnly examples "
                     "format maxLength minLength pattern maximum minimum exclusiveMaximum exclusiveMinimum multipleOf "
                     "maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required "
                     "dependentRequired contentEncoding contentMediaType discriminator",
                     **dict.fromkeys(SCHEMA_LISTS, List("schema")), **dict.fromkeys(SCHEMA_MAPS, Map("schema")),
                     **dict.fromkeys(SCHEMA_ONES, "schema")),
}
# What may stand beside a $ref that is not a schema's.
BESIDE_REF = {"$ref", "summary", "description"}


def check(document):
    """One line for every keyword that means nothing where it stands."""
    found = list(unknown(document, "document", ""))
    for status, answer in document.get("x-outside", {}).items():
        found += unknown(answer, "response", "/x-outside/" + status)
    return found


def unknown(node, kind, pointer):
    if kind == "schema" and isinstance(node, bool):
        return
    if not isinstance(node, dict):
        yield "%s: is no %s" % (pointer or "(whole)", kind)
        return
    known = KINDS[kind]
    if kind != "schema" and "$ref" in node:
        known = dict.fromkeys(BESIDE_REF, ANY)
    for key, value in node.items():
        here = pointer + "/" + key.replace("~", "~0").replace("/", "~1")
        if key not in known:
            yield "%s: not known in %s: %s" % (pointer or "(whole)", kind, key)
        elif known[key] is not ANY:
            yield from children(value, known[key], here)


def children(value, kind, pointer):
    if isinstance(kind, Map):
        if isinstance(value, dict):
            for name, child in value.items():
                yield from unknown(child, kind, pointer + "/" + name.replace("~", "~0").replace("/", "~1"))
        else:
            yield pointer + ": is no map"
    elif isinstance(kind, List):
        if isinstance(value, list):
            for i, child in enumerate(value):
                yield from unknown(child, kind, "%s/%d" % (pointer, i))
        else:
            yield pointer + ": is no list"
    else:
        yield from unknown(value, kind, pointer)
