"""Prints the clauses of ISO 14289-1 (PDF/UA-1) that PDF files break: a line for each file, its clauses parted by commas.

    pdfua_clauses.py FILE...           the clauses
    pdfua_clauses.py --read FILE...    how a file is read: JSON, in the tree's order, each element with its type, language and words

Reads with pikepdf, which is qpdf, and shares nothing with the program. What only people can judge is not looked at: whether an
alternative text says what is seen, whether the order makes sense. Nor are tables, lists, notes, formulas, forms and media: there are none,
and a type that is not in TYPES breaks 7.1 types.
"""

import json
import re
import sys

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

CLAUSES = {
    "5": "the metadata say that it is PDF/UA-1",
    "7.1 marked": "the catalog says that content is marked, without suspects",
    "7.1 tree": "there is a tree, its parents are those that name an element, and each mark leads to the element that holds it",
    "7.1 types": "elements are of the types that this program uses",
    "7.1 content": "all that is painted is marked as content or as an artifact, and neither lies in the other",
    "7.1 title": "there is a title, and readers show it",
    "7.2 page": "the catalog names the language, by BCP 47",
    "7.2 parts": "so do elements and spans that have another one",
    "7.3 alt": "figures have an alternative text",
    "7.3 bounds": "and say where they stand",
    "7.4": "the first heading is of the first level, and no level is left out",
    "7.11": "attached files have both names",
    "7.16": "nothing is encrypted",
    "7.18.1": "annotations are in the tree",
    "7.18.3": "they are met in the order of the tree",
    "7.18.5": "links are links in the tree, too, and say where they lead",
    "7.20": "forms hold no marks of their own",
    "7.21.3.2": "fonts say which glyph a code is",
    "7.21.4.1": "fonts are in the file",
    "7.21.7": "each code says which letters it stands for",
    "7.21.8": "no text shows the glyph for what is missing",
}
TYPES = {"/Document", "/H1", "/P", "/Span", "/Link", "/Figure"}
PAINTS = set("S s f F f* B B* b b* sh Do Tj TJ ' \"".split())
SHOWS = {"Tj", "TJ", "'", '"'}
TAG = re.compile(r"^(?:[a-z]{2,3}|x)(?:-[A-Za-z0-9]{1,8})*$")


class File:
    def __init__(self, pdf):
        self.pdf, self.broken, self.maps = pdf, set(), {}
        # By page and number of a mark: the element that holds it. By annotation: the same.
        self.marks, self.objects, self.elements = {}, {}, []

    def breaks(self, clause, is_broken=True):
        assert clause in CLAUSES, clause
        if is_broken:
            self.broken.add(clause)

    def whole(self):
        self.catalog()
        self.tree()
        for page in self.pdf.pages:
            self.page(page.obj)
        for one in self.pdf.objects:
            if isinstance(one, (Dictionary, Stream)):
                self.look(one)
        return self.broken

    def catalog(self):
        root = self.pdf.Root
        metadata = root.get("/Metadata")
        said = metadata.read_bytes() if isinstance(metadata, Stream) else b""
        self.breaks("5", b"<pdfuaid:part>1<" not in said)
        title = re.search(rb"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", said, re.S)
        shown = root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)
        self.breaks("7.1 title", not title or not title[1].strip() or shown is not True)
        marked = root.get("/MarkInfo", {})
        self.breaks("7.1 marked", marked.get("/Marked", False) is not True or marked.get("/Suspects", False) is True)
        self.breaks("7.2 page", not TAG.match(str(root.get("/Lang", ""))))
        self.breaks("7.16", "/Encrypt" in self.pdf.trailer)

    def tree(self):
        root = self.pdf.Root.get("/StructTreeRoot")
        if root is None:
            return self.breaks("7.1 tree")
        for kid in kids(root):
            self.element(kid, root, None)
        levels = [int(str(one.S)[2:]) for one in self.elements if re.match(r"/H\d$", str(one.get("/S", "")))]
        steps = zip([0, *levels], levels)
        self.breaks("7.4", any(level > before + 1 for before, level in steps))
        self.parents(root.get("/ParentTree"))

    def element(self, one, parent, page):
        if not isinstance(one, Dictionary) or "/S" not in one or one.objgen == (0, 0):
            return self.breaks("7.1 tree")
        self.elements.append(one)
        self.breaks("7.1 tree", one.get("/P", Dictionary()).objgen != parent.objgen)
        self.breaks("7.1 types", str(one.S) not in TYPES)
        self.breaks("7.2 parts", "/Lang" in one and not TAG.match(str(one.Lang)))
        if one.S == "/Figure":
            self.breaks("7.3 alt", not str(one.get("/Alt", one.get("/ActualText", ""))).strip())
            attributes = one.get("/A", Dictionary())
            box = [float(edge) for edge in attributes.get("/BBox", [])] if attributes.get("/O") == "/Layout" else []
            self.breaks("7.3 bounds", len(box) != 4 or box[0] >= box[2] or box[1] >= box[3])
        page = one.get("/Pg", page)
        for kid in kids(one):
            if isinstance(kid, int):
                self.mark(page, kid, one)
            elif kid.get("/Type") == "/MCR":
                self.mark(kid.get("/Pg", page), int(kid.MCID), one)
            elif kid.get("/Type") == "/OBJR":
                self.objects[kid.Obj.objgen] = one
            else:
                self.element(kid, one, page)

    def mark(self, page, number, element):
        if page is None or (page.objgen, number) in self.marks:
            return self.breaks("7.1 tree")
        self.marks[page.objgen, number] = element

    def parents(self, tree):
        """What marks and annotations lead to (ISO 32000-1, 14.7.4.4)."""
        numbers = list(tree.get("/Nums", [])) if isinstance(tree, Dictionary) else []
        found = {int(key): value for key, value in zip(numbers[::2], numbers[1::2])}
        led = {}
        for page in self.pdf.pages:
            row = found.get(int(page.obj.get("/StructParents", -1)), [])
            led |= {(page.obj.objgen, at): one.objgen for at, one in enumerate(row) if isinstance(one, Dictionary)}
            for annotation in page.obj.get("/Annots", []):
                element = found.get(int(annotation.get("/StructParent", -1)))
                held = self.objects.get(annotation.objgen)
                self.breaks("7.18.1", held is None or not isinstance(element, Dictionary) or element.objgen != held.objgen)
        self.breaks("7.1 tree", led != {mark: one.objgen for mark, one in self.marks.items()})

    def page(self, page):
        annotations = list(page.get("/Annots", []))
        self.breaks("7.18.3", bool(annotations) and page.get("/Tabs") != "/S")
        for one in annotations:
            if one.get("/Subtype") == "/Link":
                held = self.objects.get(one.objgen)
                self.breaks("7.18.5", held is None or held.S != "/Link" or not str(one.get("/Contents", "")).strip())
        seen = {}
        for number, words in self.content(page):
            seen.setdefault(number, []).append(words)
        # What is said of a mark that is not there is said of nothing.
        self.breaks("7.1 tree", {number for at, number in self.marks if at == page.objgen} != set(seen))
        return seen

    def content(self, page):
        """Yields what is shown, with the number of the mark it lies in."""
        resources, open_marks, font, instead = page.get("/Resources", {}), [], None, []
        for step in pikepdf.parse_content_stream(page):
            if isinstance(step, pikepdf.ContentStreamInlineImage):
                self.breaks("7.1 content", not open_marks)
                continue
            operands, operator = list(step.operands), str(step.operator)
            if operator in ("BMC", "BDC"):
                properties = operands[1] if operator == "BDC" and isinstance(operands[1], Dictionary) else Dictionary()
                tag, number = str(operands[0]), properties.get("/MCID")
                around = [one for one in open_marks if one is not None]
                # A span within what is marked is a part of it.
                self.breaks("7.1 content", bool(around) and (tag == "/Artifact" or number is not None))
                self.breaks("7.1 content", not around and tag != "/Artifact" and number is None)
                self.breaks("7.2 parts", "/Lang" in properties and not TAG.match(str(properties.Lang)))
                open_marks.append("artifact" if tag == "/Artifact" else None if number is None else int(number))
                instead.append([str(properties.ActualText)] if "/ActualText" in properties else None)
                if number is not None:
                    yield int(number), ""
            elif operator == "EMC":
                if open_marks:
                    open_marks.pop()
                    instead.pop()
                else:
                    self.breaks("7.1 content")
            elif operator == "Tf":
                font = resources.get("/Font", {}).get(str(operands[0]))
            if operator in PAINTS:
                inner = [one for one in open_marks if one is not None]
                self.breaks("7.1 content", not inner)
                if operator in SHOWS and font is not None:
                    words = self.shown(font, operands)
                    said = next((one for one in instead if one is not None), None)
                    if said is not None:
                        words = said.pop() if said else ""
                    if inner and inner[-1] != "artifact":
                        yield inner[-1], words
        self.breaks("7.1 content", bool(open_marks))

    def shown(self, font, operands):
        """The letters of strings, by the font's map."""
        parts = operands[-1] if isinstance(operands[-1], Array) else [operands[-1]]
        data = b"".join(bytes(part) for part in parts if isinstance(part, String))
        wide = font.get("/Subtype") == "/Type0"
        codes = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)] if wide else list(data)
        letters = self.letters(font)
        words = [letters.get(code) for code in codes]
        self.breaks("7.21.7", any(one is None or not one or set(one) & {"\0", "\ufeff", "\ufffe"} for one in words))
        self.breaks("7.21.8", wide and 0 in codes)
        return "".join(one or "" for one in words)

    def letters(self, font):
        at = font.objgen
        if at not in self.maps:
            stream = font.get("/ToUnicode")
            said = stream.read_bytes() if isinstance(stream, Stream) else b""
            pairs = [pair for part in re.findall(rb"beginbfchar(.*?)endbfchar", said, re.S) for pair in re.findall(rb"<(\w+)>\s*<(\w*)>", part)]
            self.maps[at] = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace") for code, text in pairs}
        return self.maps[at]

    def look(self, one):
        kind = str(one.get("/Subtype", "")) if isinstance(one.get("/Subtype"), Name) else ""
        if kind == "/Form":
            steps = pikepdf.parse_content_stream(one)
            marked = any(str(step.operator) in ("BDC", "BMC", "DP", "MP") for step in steps if hasattr(step, "operator"))
            self.breaks("7.20", marked or "/StructParents" in one)
        if kind in ("/CIDFontType0", "/CIDFontType2", "/TrueType", "/Type1"):
            descriptor = one.get("/FontDescriptor", {})
            self.breaks("7.21.4.1", not any(at in descriptor for at in ("/FontFile", "/FontFile2", "/FontFile3")))
        self.breaks("7.21.3.2", kind == "/CIDFontType2" and not isinstance(one.get("/CIDToGIDMap"), (Name, Stream)))
        self.breaks("7.11", "/EF" in one and ("/F" not in one or "/UF" not in one))

    def read(self):
        """What somebody hears."""
        self.tree()
        said = {}
        for page in self.pdf.pages:
            said |= {(page.obj.objgen, number): "".join(words) for number, words in self.page(page.obj).items()}
        held = {}
        for mark, element in self.marks.items():
            held.setdefault(element.objgen, []).append(said.get(mark, ""))
        heard = []

        def hear(one, language):
            language = str(one.get("/Lang", language))
            instead = one.get("/Alt", one.get("/ActualText"))
            words = str(instead) if instead is not None else "".join(held.get(one.objgen, []))
            if words:
                heard.append([str(one.S)[1:], language, words])
            for kid in kids(one) if instead is None else []:
                if isinstance(kid, Dictionary) and "/S" in kid:
                    hear(kid, language)

        for kid in kids(self.pdf.Root.StructTreeRoot):
            hear(kid, str(self.pdf.Root.get("/Lang", "")))
        return heard


def kids(one):
    found = one.get("/K", [])
    return list(found) if isinstance(found, Array) else [found]


def main():
    reads, files = sys.argv[1] == "--read", [one for one in sys.argv[1:] if one != "--read"]
    for file in files:
        with pikepdf.open(file) as pdf:
            print(json.dumps(File(pdf).read(), ensure_ascii=False) if reads else f"{file}: {', '.join(sorted(File(pdf).whole()))}")


if __name__ == "__main__":
    main()
