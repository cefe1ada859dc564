"""Breaks each clause of pdfua_clauses.py in a copy of a PDF that keeps to all of them, and says whether that is found.

    pdfua_breaks.py FILE

Prints a line for each clause: its name, and what was found in the copy. Exit 1 if something was found in the file as it is, if a clause
has nothing here that breaks it, or if what breaks it was not found.
"""

import io
import re
import sys

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pdfua_clauses import CLAUSES, File


def metadata(old, new):
    def change(pdf):
        stream = pdf.Root.Metadata
        said = stream.read_bytes()
        assert re.search(old, said, re.S), old
        stream.write(re.sub(old, new, said, flags=re.S))

    return change


def content(old, new):
    """Changes the page's first place that reads so."""

    def change(pdf):
        page = pdf.pages[0].obj
        said = b"\n".join(part.read_bytes() for part in page.Contents)
        assert re.search(old, said), old
        page.Contents = pdf.make_stream(re.sub(old, new, said, count=1))

    return change


def catalog(key, value):
    return lambda pdf: pdf.Root.__setitem__(key, value) if value is not None else pdf.Root.__delitem__(key)


def elements(pdf, kind):
    found = [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/S") == kind and "/P" in one]
    assert found, kind
    return found


def element(kind, key, value):
    def change(pdf):
        one = elements(pdf, kind)[0]
        if value is None:
            del one[key]
        else:
            one[key] = value

    return change


def one(wanted, key, value=None):
    """Changes the first object that `wanted` finds."""

    def change(pdf):
        found = next(one for one in pdf.objects if isinstance(one, (Dictionary, Stream)) and wanted(one))
        if value is None:
            del found[key]
        else:
            found[key] = value

    return change


def form(pdf):
    pdf.pages[0].obj.Resources.XObject["/Z"] = pdf.make_stream(
        b"/P<</MCID 0>>BDC n EMC", {"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 1, 1])}
    )


def letters(pdf):
    for font in [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Type") == "/Font" and "/ToUnicode" in one]:
        font.ToUnicode.write(re.sub(rb"<\w+>\n", b"<0000>\n", font.ToUnicode.read_bytes()))


def is_link(one):
    return one.get("/Subtype") == "/Link"


def has(key):
    return lambda one: key in one


def is_cid_font(one):
    return one.get("/Subtype") == "/CIDFontType2"


BREAKS = [
    ("5", metadata(rb"<pdfuaid:part>1", rb"<pdfuaid:part>2")),
    ("7.1 marked", catalog("/MarkInfo", None)),
    ("7.1 marked", catalog("/MarkInfo", Dictionary(Marked=True, Suspects=True))),
    ("7.1 tree", catalog("/StructTreeRoot", None)),
    ("7.1 tree", lambda pdf: pdf.Root.StructTreeRoot.ParentTree.Nums[1].__delitem__(0)),
    ("7.1 tree", element("/H1", "/K", 999)),
    ("7.1 tree", lambda pdf: pdf.Root.StructTreeRoot.K.K.__delitem__(0)),
    ("7.1 tree", lambda pdf: elements(pdf, "/P")[0].__setitem__("/P", elements(pdf, "/H1")[0])),
    ("7.1 types", element("/H1", "/S", Name.Titel)),
    ("7.1 content", content(rb"/Artifact BMC\n", rb"/Other BMC\n")),
    ("7.1 content", content(rb"$", rb" 0 0 9 9 re f")),
    ("7.1 content", content(rb"EMC\n", rb"/Artifact BMC 0 0 9 9 re f EMC EMC\n")),
    ("7.1 content", lambda pdf: content(rb"(/P<</MCID \d+>>BDC\n)", rb"\1/Artifact BMC 0 0 9 9 re f EMC\n")(pdf)),
    ("7.1 title", metadata(rb"<dc:title>.*?</dc:title>", rb"")),
    ("7.1 title", lambda pdf: pdf.Root.ViewerPreferences.__setitem__("/DisplayDocTitle", False)),
    ("7.2 page", catalog("/Lang", None)),
    ("7.2 page", catalog("/Lang", pikepdf.String("not a language"))),
    ("7.2 parts", element("/H1", "/Lang", pikepdf.String("?"))),
    ("7.3 alt", element("/Figure", "/Alt", None)),
    ("7.3 alt", element("/Figure", "/Alt", pikepdf.String(" "))),
    ("7.3 bounds", element("/Figure", "/A", None)),
    ("7.4", element("/H1", "/S", Name.H2)),
    ("7.11", one(has("/EF"), "/UF")),
    ("7.18.1", one(is_link, "/StructParent")),
    ("7.18.1", element("/Link", "/K", Array([]))),
    ("7.18.3", lambda pdf: pdf.pages[0].obj.__delitem__("/Tabs")),
    ("7.18.5", one(is_link, "/Contents")),
    ("7.18.5", element("/Link", "/S", Name.Span)),
    ("7.20", form),
    ("7.21.3.2", one(is_cid_font, "/CIDToGIDMap")),
    ("7.21.4.1", one(lambda one: one.get("/Type") == "/FontDescriptor", "/FontFile2")),
    ("7.21.7", letters),
    ("7.21.8", content(rb"\[<\w{4}", rb"[<0000")),
]


def found(file, change, **saved):
    with pikepdf.open(file) as pdf:
        change(pdf)
        copy = io.BytesIO()
        pdf.save(copy, **saved)
    with pikepdf.open(copy) as pdf:
        return File(pdf).whole()


def main():
    file, failed = sys.argv[1], False
    told = {"7.16": [found(file, lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user=""))]}
    for clause, change in BREAKS:
        told.setdefault(clause, []).append(found(file, change))
    with pikepdf.open(file) as pdf:
        whole = File(pdf).whole()
    print("as it is:", ", ".join(sorted(whole)) or "nothing")
    for clause in CLAUSES:
        is_found = bool(told.get(clause)) and all(clause in one for one in told[clause])
        print(f"{clause}: {'found' if is_found else 'MISSED'} in {[sorted(one) for one in told.get(clause, [])]}")
        failed |= not is_found
    sys.exit(1 if failed or whole else 0)


main()
