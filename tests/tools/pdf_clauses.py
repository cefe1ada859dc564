"""Prints the clauses of ISO 19005-3 (PDF/A-3, level B) that PDF files break: a line for each file, its clauses parted by commas.

    pdf_clauses.py FILE...

Reads with pikepdf, which is qpdf, and shares nothing with the program. It looks at what is in a file, used or not. Not everything that
the standard says is looked at: the glyphs of fonts, their widths, their encodings and the insides of JPEG 2000 pictures are not.
"""

import re
import sys
from hashlib import sha256

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

INTENTS = {"/AbsoluteColorimetric", "/RelativeColorimetric", "/Saturation", "/Perceptual"}
MODES = {
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge", "/ColorBurn", "/HardLight",
    "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity",
}
# ISO 32000-1, annex A.
OPERATORS = set(
    "\" ' B B* BDC BMC BT BX CS DP Do EMC ET EX F G J K M MP Q RG S SC SCN T* TD TJ TL Tc Td Tf Tj Tm Tr Ts Tw Tz W W* b b* c cm cs d"
    " d0 d1 f f* g gs h i j k l m n q re rg ri s sc scn sh v w y".split()
)
# Where an operator looks for what it names (ISO 32000-1, 7.8.3), and colour spaces that are known by their name.
ASKS = {
    "Do": "/XObject", "Tf": "/Font", "gs": "/ExtGState", "sh": "/Shading", "scn": "/Pattern", "SCN": "/Pattern", "cs": "/ColorSpace",
    "CS": "/ColorSpace", "BDC": "/Properties", "DP": "/Properties",
}
SPACES = {"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"}
PRESS = {"/Cyan", "/Magenta", "/Yellow", "/Black", "/None"}
SHOWING = {"Tj", "TJ", "'", '"'}
DEEPEST = 28


def key(value, deep=0):
    """What tells an object from others, however it is stored."""
    if deep > 40:
        raise ValueError("too deep")
    if isinstance(value, Stream):
        return ("stream", sha256(value.read_bytes()).hexdigest(), key(dict(value.items()), deep + 1))
    if isinstance(value, (Dictionary, dict)):
        stored = {"/Length", "/Filter", "/DecodeParms"}
        return tuple((name, key(one, deep + 1)) for name, one in sorted(value.items()) if name not in stored)
    if isinstance(value, Array):
        return tuple(key(one, deep + 1) for one in value)
    return str(value)


class File:
    """Clauses that a file breaks."""

    def __init__(self, pdf):
        self.pdf, self.broken, self.inks = pdf, set(), {}
        self.colours = self.profile()

    def breaks(self, clause, is_broken=True):
        if is_broken:
            self.broken.add(clause)

    def profile(self):
        """Colours of the profile that says what device colours are (6.2.3); none does: 0."""
        intents = [one for one in self.pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
        profiles = [one.DestOutputProfile for one in intents if "/DestOutputProfile" in one]
        self.breaks("6.2.3", len({one.objgen for one in profiles}) > 1)
        self.breaks("6.2.3", any(one.read_bytes()[36:40] != b"acsp" for one in profiles))
        return int(profiles[0].get("/N", 0)) if profiles else 0

    def whole(self):
        self.catalog()
        for one in self.pdf.objects:
            self.look(one)
        for page in self.pdf.pages:
            self.content(page.obj, page.obj.get("/Resources"))
        return self.broken

    def catalog(self):
        root, trailer = self.pdf.Root, self.pdf.trailer
        self.breaks("6.1.3", "/Encrypt" in trailer or "/ID" not in trailer)
        metadata = root.get("/Metadata")
        said = metadata.read_bytes() if isinstance(metadata, Stream) else b""
        self.breaks("6.6.2.1", not said or "/Filter" in metadata)
        self.breaks("6.6.4", b"<pdfaid:part>3<" not in said or b"<pdfaid:conformance>B<" not in said)
        self.breaks("6.5.2", "/AA" in root)
        layers = root.get("/OCProperties")
        if layers is not None:
            configs = [layers.get("/D", {}), *layers.get("/Configs", [])]
            names = [str(config.get("/Name", "")) for config in configs]
            self.breaks("6.9", "" in names or len(set(names)) < len(names) or any("/AS" in config for config in configs))

    def look(self, one):
        if isinstance(one, Array):
            self.space(one)
            for item in one:
                self.inside(item)
        elif isinstance(one, (Dictionary, Stream)):
            self.entries(one)
            if isinstance(one, Stream):
                self.stream(one)
            for _, item in one.items():
                self.inside(item)

    def inside(self, item):
        # What has a number is looked at by its own.
        if isinstance(item, Name):
            self.breaks("6.2.4.3", str(item) == "/DeviceCMYK" and self.colours != 4)
        elif isinstance(item, Object) and not item.is_indirect:
            self.look(item)

    def entries(self, one):
        name = lambda at: str(one[at]) if at in one and isinstance(one[at], Name) else ""
        kind = name("/Subtype")
        is_state = one.get("/Type") == "/ExtGState" or any(at in one for at in ("/BM", "/ca", "/CA", "/HTP", "/TR", "/TR2", "/RI"))
        self.breaks("6.2.5", is_state and ("/TR" in one or "/HTP" in one or "/TR2" in one and name("/TR2") != "/Default"))
        self.breaks("6.2.5", "/HalftoneName" in one or one.get("/HalftoneType", 1) not in (1, 5))
        self.breaks("6.2.6", "/RI" in one and name("/RI") not in INTENTS)
        self.breaks("6.2.10", is_state and "/BM" in one and name("/BM") not in MODES)
        if kind == "/Image":
            self.breaks("6.2.6", "/Intent" in one and name("/Intent") not in INTENTS)
            self.breaks("6.2.8", "/Alternates" in one or "/OPI" in one or one.get("/Interpolate") is True)
        if kind == "/Form":
            self.breaks("6.2.9", any(at in one for at in ("/OPI", "/PS", "/Ref")) or name("/Subtype2") == "/PS")
        if kind == "/Type3":
            for glyph in one.get("/CharProcs", {}).values():
                self.content(glyph, one.get("/Resources"))
        self.breaks("6.2.9", kind == "/PS")
        self.listed(one)
        self.breaks("6.2.11.3.2", kind == "/CIDFontType2" and not isinstance(one.get("/CIDToGIDMap"), (Name, Stream)))
        if one.get("/Type") == "/Annot":
            self.breaks("6.3.2", int(one.get("/F", 0)) & 0b100111 != 0b000100)
        forbidden = ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Rendition")
        self.breaks("6.5.1", name("/S") in forbidden)
        if "/EF" in one:
            said = ("/F", "/UF", "/AFRelationship")
            self.breaks("6.8", any(at not in one for at in said) or "/Subtype" not in one.EF.get("/F", {}))

    def listed(self, descriptor):
        """What a font says of its glyphs: all of them, or nothing."""
        if "/CIDSet" in descriptor and "/FontFile2" in descriptor:
            bits = descriptor.CIDSet.read_bytes()
            said = {at for at in range(8 * len(bits)) if bits[at // 8] >> (7 - at % 8) & 1}
            self.breaks("6.2.11.4.2", said != set(range(glyphs(descriptor.FontFile2.read_bytes()))))
        if "/CharSet" in descriptor and "/FontFile" in descriptor:
            said = set(str(descriptor.CharSet).strip("/").split("/")) - {".notdef"}
            self.breaks("6.2.11.4.2", said != characters(descriptor.FontFile) - {".notdef"})

    def stream(self, one):
        filters = one.get("/Filter", [])
        filters = [str(filters)] if isinstance(filters, Name) else [str(each) for each in filters]
        self.breaks("6.1.7.1", any(at in one for at in ("/F", "/FFilter", "/FDecodeParms")))
        self.breaks("6.1.7.2", "/LZWDecode" in filters or "/Crypt" in filters)
        if one.get("/Subtype") == "/Form" or "/PatternType" in one:
            self.content(one, one.get("/Resources"))

    def space(self, array):
        """Colour spaces of inks: of one, or of several."""
        family = str(array[0]) if len(array) > 2 and isinstance(array[0], Name) else ""
        if family == "/Separation":
            shown = (key(array[2]), key(array[3]))
            self.breaks("6.2.4.4", self.inks.setdefault(str(array[1]), shown) != shown)
        if family == "/DeviceN":
            attributes = array[4] if len(array) > 4 else Dictionary()
            explained = PRESS | set(attributes.get("/Colorants", Dictionary()).keys())
            explained |= {str(one) for one in attributes.get("/Process", Dictionary()).get("/Components", [])}
            self.breaks("6.2.4.4", any(str(name) not in explained for name in array[1]))
            self.breaks("6.1.13", len(array[1]) > 32)

    def content(self, holder, resources):
        """Operators, and what they name."""
        depth, font, invisible = 0, None, False
        for step in pikepdf.parse_content_stream(holder):
            if isinstance(step, pikepdf.ContentStreamInlineImage):
                self.inline(step.iimage)
                continue
            operands, operator = list(step.operands), str(step.operator)
            names = [str(one) for one in operands if isinstance(one, Name)]
            depth += {"q": 1, "Q": -1}.get(operator, 0)
            self.breaks("6.1.13", depth > DEEPEST)
            self.breaks("6.2.2", operator not in OPERATORS)
            self.breaks("6.2.6", operator == "ri" and names != [one for one in names if one in INTENTS])
            self.colour(operator, names)
            asks = ASKS.get(operator)
            # Of a mark the first name is a tag, and the second one need not be there.
            asked = names[1:] if operator in ("BDC", "DP") else [one for one in names if one not in SPACES]
            found = [(resources or {}).get(asks, {}).get(one) for one in asked] if asks else []
            self.breaks("6.2.2 resources", None in found)
            if operator == "Tf":
                font = found[0]
            elif operator == "Tr":
                invisible = int(operands[0]) == 3
            elif operator in SHOWING and font is not None and not invisible:
                self.breaks("6.2.11.4.1", not embedded(font))

    def colour(self, operator, names):
        colours = {"g": 1, "G": 1, "rg": 3, "RG": 3, "k": 4, "K": 4}.get(operator)
        if operator in ("cs", "CS"):
            colours = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}.get(names[0])
        # Grey is among the colours of any profile.
        self.breaks("6.2.4.3", colours is not None and (self.colours == 0 or colours != 1 and colours != self.colours))

    def inline(self, image):
        # With its names written out.
        entries = image.obj
        filters = [str(one) for one in image.filters]
        self.breaks("6.1.10", "/LZWDecode" in filters or "/Crypt" in filters)
        self.breaks("6.2.8", entries.get("/Interpolate") is True)
        self.breaks("6.2.6", str(entries.get("/Intent", "/Perceptual")) not in INTENTS)
        space = entries.get("/ColorSpace", Name.DeviceGray)
        named = [str(one) for one in space] if isinstance(space, Array) else [str(space)]
        self.breaks("6.2.4.3", "/DeviceCMYK" in named and self.colours != 4)


def embedded(font):
    kind = str(font.get("/Subtype", ""))
    if kind == "/Type3":
        return True
    if kind == "/Type0":
        return all(embedded(one) for one in font.get("/DescendantFonts", []))
    descriptor = font.get("/FontDescriptor", {})
    return any(at in descriptor for at in ("/FontFile", "/FontFile2", "/FontFile3"))


def glyphs(program):
    """How many a TrueType program has: that is said in its table `maxp`."""
    for at in range(12, 12 + 16 * int.from_bytes(program[4:6], "big"), 16):
        if program[at : at + 4] == b"maxp":
            table = int.from_bytes(program[at + 8 : at + 12], "big")
            return int.from_bytes(program[table + 4 : table + 6], "big")
    return 0


def characters(program):
    """Which a Type 1 program has: they stand in its encrypted part (Adobe Type 1 Font Format, 7.3)."""
    start, length = int(program.Length1), int(program.Length2)
    key, plain = 55665, bytearray()
    for byte in program.read_bytes()[start : start + length]:
        plain.append(byte ^ key >> 8)
        key = (byte + key) * 52845 + 22719 & 0xFFFF
    return {name.decode() for name in re.findall(rb"/(\S+) \d+ (?:RD|-\|) ", bytes(plain[4:]))}


def main():
    for file in sys.argv[1:]:
        with pikepdf.open(file) as pdf:
            print(f"{file}: {', '.join(sorted(File(pdf).whole()))}")


main()
