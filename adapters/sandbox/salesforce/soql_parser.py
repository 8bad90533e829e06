"""Parses SOQL by recursive descent, refusing what Salesforce refuses; knows no object and no row."""

from collections.abc import Mapping
from typing import Final, cast

from adapters.sandbox.salesforce.errors import ApiError, malformed
from adapters.sandbox.salesforce.soql_ast import (
    Comparison,
    Condition,
    Constant,
    Either,
    Every,
    LiteralKind,
    Membership,
    Negation,
    Operator,
    Ordering,
    Path,
    Query,
)
from adapters.sandbox.salesforce.soql_tokens import Token, tokens, unreadable

LONGEST: Final = 100_000
LARGEST_OFFSET: Final = 2_000
FIELDS_LIMIT: Final = 200
_COMPARISONS: Final[Mapping[str, Operator]] = {
    "=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "LIKE": "LIKE",
}  # fmt: skip
_CLAUSES: Final = ("WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL", "USING")


def parse(soql: str) -> Query:
    """The query that ``soql`` spells. ApiError MALFORMED_QUERY, with the place, when it is not SOQL."""
    if len(soql) > LONGEST:
        raise malformed("SOQL statements can not be longer than 100000 characters")
    parser = _Parser(soql)
    query = parser.query()
    parser.expect_end()
    return query


class _Parser:
    """A place in the tokens of one statement."""

    def __init__(self, soql: str) -> None:
        self._soql = soql
        self._tokens = tokens(soql)
        self._place = 0

    def query(self) -> Query:
        self._word("SELECT")
        fields, counts, every, children = self._selection()
        self._word("FROM")
        name = self._name()
        if self._now.kind == "word" and self._now.upper not in _CLAUSES:
            self._take()  # an alias of the object: allowed, and of no use without joins
        where = self._condition() if self._given("WHERE") else None
        order = self._orderings() if self._given("ORDER") else ()
        limit = self._whole() if self._given("LIMIT") else None
        offset = (self._whole() or 0) if self._given("OFFSET") else 0
        everything = self._given("ALL")
        if everything:
            self._word("ROWS")
        if offset > LARGEST_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        if every and (limit is None or limit > FIELDS_LIMIT):
            raise malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
        return Query(name, fields, counts, every, where, order, limit, offset, everything, children)

    def expect_end(self) -> None:
        if self._now.kind != "end":
            raise self._unexpected()

    def _selection(self) -> tuple[tuple[Path, ...], bool, str | None, tuple[Query, ...]]:
        if self._now.upper == "COUNT" and self._peek.text == "(":
            self._take()
            self._word("(")
            self._word(")")
            return (), True, None, ()
        paths: list[Path] = []
        every: str | None = None
        children: list[Query] = []
        while True:
            if self._now.upper == "FIELDS" and self._peek.text == "(":
                every = self._fields_function()
            elif self._given("("):
                children.append(self.query())
                self._word(")")
            else:
                paths.append(self._path())
            if not self._given(","):
                return tuple(paths), False, every, tuple(children)

    def _fields_function(self) -> str:
        self._take()
        self._word("(")
        word = self._take()
        if word.upper not in ("ALL", "STANDARD", "CUSTOM"):
            raise self._unexpected(word)
        self._word(")")
        return word.upper

    def _condition(self) -> Condition:
        """conditionExpression: one simple one, a run of AND, a run of OR, or NOT before one simple one; never mixed."""
        if self._given("NOT"):
            negated = Negation(self._simple())
            if self._now.upper in ("AND", "OR"):
                raise self._unexpected()
            return negated
        first = self._simple()
        word = self._now.upper
        if word not in ("AND", "OR"):
            return first
        parts = [first]
        while self._given(word):
            parts.append(self._simple())
        if self._now.upper in ("AND", "OR"):
            raise self._unexpected()
        return Every(tuple(parts)) if word == "AND" else Either(tuple(parts))

    def _simple(self) -> Condition:
        if self._given("("):
            inner = self._condition()
            self._word(")")
            return inner
        if self._now.upper == "NOT":
            raise self._unexpected()
        return self._filter()

    def _filter(self) -> Condition:
        path = self._path()
        token = self._take()
        op = token.upper
        if op in _COMPARISONS:
            return Comparison(path, _COMPARISONS[op], self._constant())
        if op == "NOT":
            self._word("IN")
            return Membership(path, "NOT IN", self._members())
        if op == "IN":
            return Membership(path, "IN", self._members())
        if op == "INCLUDES":
            return Membership(path, "INCLUDES", self._listed())
        if op == "EXCLUDES":
            return Membership(path, "EXCLUDES", self._listed())
        raise self._unexpected(token)

    def _members(self) -> tuple[Constant, ...] | Query:
        if self._now.text == "(" and self._peek.upper == "SELECT":
            self._word("(")
            inner = self.query()
            self._word(")")
            return inner
        return self._listed()

    def _listed(self) -> tuple[Constant, ...]:
        self._word("(")
        found = [self._constant()]
        while self._given(","):
            found.append(self._constant())
        self._word(")")
        return tuple(found)

    def _constant(self) -> Constant:
        token = self._take()
        if token.kind in ("string", "datetime", "date", "number"):
            return Constant(cast(LiteralKind, token.kind), token.text)
        if token.upper in ("TRUE", "FALSE"):
            return Constant("boolean", token.upper)
        if token.upper == "NULL":
            return Constant("null", "")
        if token.kind == "word" and "." not in token.text:
            return Constant("range", token.upper)
        raise self._unexpected(token)

    def _orderings(self) -> tuple[Ordering, ...]:
        self._word("BY")
        found: list[Ordering] = []
        while True:
            path = self._path()
            descending = self._given("DESC")
            if not descending:
                self._given("ASC")
            last = False
            if self._given("NULLS"):
                last = self._given("LAST")
                if not last:
                    self._word("FIRST")
            found.append(Ordering(path, descending, last))
            if not self._given(","):
                return tuple(found)

    def _path(self) -> Path:
        return tuple(self._name().split("."))

    def _name(self) -> str:
        token = self._take()
        if token.kind != "word" or ":" in token.text:
            raise self._unexpected(token)
        return token.text

    def _whole(self) -> int:
        token = self._take()
        if token.kind != "number" or not token.text.isdigit():
            raise self._unexpected(token)
        return int(token.text)

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    @property
    def _peek(self) -> Token:
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._now
        if token.kind == "end":
            raise self._unexpected(token)
        self._place += 1
        return token

    def _given(self, word: str) -> bool:
        """Take ``word`` when it comes next."""
        if self._now.kind in ("word", "mark") and self._now.upper == word:
            self._place += 1
            return True
        return False

    def _word(self, word: str) -> None:
        if not self._given(word):
            raise self._unexpected()

    def _unexpected(self, token: Token | None = None) -> ApiError:
        wrong = token or self._now
        return unreadable(self._soql, wrong.at, f"unexpected token: '{wrong.text}'")
