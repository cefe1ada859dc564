"""Makes the fonts of tests/data/fonts that are packed for the web or variable, of those in fonts/.

Wide Sample has one axis, `wght` from 400 to 900. Along it everything grows in width: at 900 a glyph, its advance and its kerning
are half as wide again as at 400, so that a test can say what every width between must be. Run with fontTools and brotli:

    pip install fonttools==4.68.0 brotli==1.2.1
    python tests/tools/make_fonts.py
"""

import copy
import io
from pathlib import Path

from fontTools import subset
from fontTools.designspaceLib import AxisDescriptor, DesignSpaceDocument, SourceDescriptor
from fontTools.ttLib import TTFont
from fontTools.varLib import build

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/data/fonts"
TEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÁÉÍÓÚáéíóúñü 0123456789.,-"


def cut(name, text):
    """Returns one of the fonts with these letters alone, without features but kerning, hints or dates."""
    options = subset.Options(layout_features=["kern"], hinting=False, notdef_outline=True, name_IDs=[1, 2, 4, 6])
    font = TTFont(ROOT / "fonts" / name, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    return font


def renamed(font, family):
    names = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    font["name"].names = [record for record in font["name"].names if record.nameID in names]
    for record in font["name"].names:
        record.string = names[record.nameID]
    return font


def widened(font, factor):
    """Returns a copy that is wider by a factor."""
    font = copy.deepcopy(font)
    glyf, hmtx = font["glyf"], font["hmtx"]
    for name in font.getGlyphOrder():
        glyph = glyf[name]
        if glyph.isComposite():
            for component in glyph.components:
                component.x = round(component.x * factor)
        elif glyph.numberOfContours > 0:
            glyph.coordinates.scale((factor, 1))
            glyph.coordinates.toInt()
        advance, bearing = hmtx[name]
        hmtx[name] = (round(advance * factor), round(bearing * factor))
    for name in font.getGlyphOrder():
        glyf[name].recalcBounds(glyf)
    for value in kerning(font):
        value.XAdvance = round(value.XAdvance * factor)
    return font


def kerning(font):
    """Goes through what is told of pairs of letters."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            pairs = [pair.Value1 for pairs in getattr(table, "PairSet", []) for pair in pairs.PairValueRecord]
            pairs += [pair.Value1 for first in getattr(table, "Class1Record", []) for pair in first.Class2Record]
            yield from (value for value in pairs if getattr(value, "XAdvance", 0))


def variable():
    narrow = renamed(cut("Montserrat-Regular.ttf", TEXT), "Wide Sample")
    wide = widened(narrow, 1.5)
    space = DesignSpaceDocument()
    axis = AxisDescriptor(name="Weight", tag="wght", minimum=400, default=400, maximum=900)
    space.addAxis(axis)
    for font, weight in ((narrow, 400), (wide, 900)):
        space.addSource(SourceDescriptor(font=font, location={"Weight": weight}, familyName="Wide Sample", styleName=str(weight)))
    return build(space)[0]


def save(font, name, flavor=None):
    font.flavor = flavor
    made = io.BytesIO()
    font.save(made, reorderTables=False)
    (OUT / name).write_bytes(made.getvalue())


def main():
    font = variable()
    save(font, "WideSample-variable.ttf")
    save(font, "WideSample-variable.woff2", "woff2")
    plain = renamed(cut("Montserrat-Regular.ttf", TEXT), "Plain Sample")
    save(plain, "PlainSample.ttf")
    save(plain, "PlainSample.woff2", "woff2")
    save(plain, "PlainSample.woff", "woff")


if __name__ == "__main__":
    main()
