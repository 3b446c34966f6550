"""What a form with a file brings: the file, its plain fields, whether it is only tried."""

from __future__ import annotations

from collections.abc import Container

from flask import request

from services.contracts.errors import Invalid
from services.contracts.sentences import said

FLAGS = {"true": True, "false": False, "": False}


def uploaded() -> bytes:
    file = request.files.get("file")
    if file is None:
        raise Invalid.field("file", said("Adjunte el fichero en el campo «file» de un formulario multipart/form-data."))
    return file.read()


def only_known(names: Container[str]) -> dict[str, str]:
    """The plain fields of the form; raises Invalid naming those that are not known, or repeated."""
    wrong = {name: [said("Este dato no se conoce.")] for name in (*request.form, *request.files) if name not in names}
    for fields in (request.form, request.files):
        wrong |= {name: [said("Está repetido.")] for name in fields if len(fields.getlist(name)) > 1}
    if wrong:
        raise Invalid(said("Hay datos que no son válidos."), wrong)
    return request.form.to_dict()


def dry_run_of(form: dict[str, str]) -> bool:
    dry_run = FLAGS.get(form.get("dry_run", ""))
    if dry_run is None:
        raise Invalid.field("dry_run", said("Solo se admite «true» o «false»."))
    return dry_run
