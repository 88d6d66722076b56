"""Records: small, frozen, strict values with a kind and a version, JSON on disk."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from paracrine.core.errors import RecordError


def canonical_json(value: Any) -> str:
    """Write JSON whose bytes depend on the value alone: sorted keys, no blanks, no NaN.

    Raises:
        RecordError: when the value holds NaN or infinity, or is not JSON.
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RecordError(f"cannot be written as canonical JSON: {error}") from error


class Record(BaseModel):
    """Base of every stored value. Subclasses set `kind` and `version` as words, never class names."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants"
    )

    kind: ClassVar[str]
    version: ClassVar[str] = "1"

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values with `kind` and `version` beside the fields."""
        data: dict[str, Any] = self.model_dump(mode="json")
        return {"kind": self.kind, "version": self.version, **data}

    def to_json(self) -> str:
        """Return the canonical JSON text of this record."""
        return canonical_json(self.to_data())

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Read what `to_data` wrote.

        Raises:
            RecordError: when kind, version or a field does not fit.
        """
        fields = dict(data)
        kind, version = fields.pop("kind", None), fields.pop("version", None)
        if kind != cls.kind or version != cls.version:
            raise RecordError(f"expected {cls.kind} version {cls.version}, found {kind} version {version}")
        try:
            return cls.model_validate_json(json.dumps(fields))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise RecordError(f"{cls.kind} record: {first['msg']}", where=where) from error
