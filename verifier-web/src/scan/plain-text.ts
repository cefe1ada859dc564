// The text of a page that src/render draws, as pdf.js spells it: the same letters, spaces and ends of lines (its
// `getTextContent`, for upright text in a page's own coordinates and nothing else). What is not of that kind is not read.

/** A font: which text stands for each code, and how wide it is in thousandths of its size. */
export interface PlainFont {
  name: string;
  widths: readonly number[];
  texts: ReadonlyMap<number, string>;
}

/** A line that is shown. */
export interface Shown {
  /** The font's name in the page's resources. */
  font: string;
  size: number;
  x: number;
  y: number;
  /** Codes, and in between by how much the pen is moved back. */
  pieces: (number[] | number)[];
}

const NUMBER = '-?(?:\\d+(?:\\.\\d+)?|\\.\\d+)';
const numbers = (count: number) => `(?:${NUMBER} ){${count}}`;
/** What shows no text: outlines, colours, the symbol's squares, and pictures, which pdf.js finds no text in (kin.ts). */
const DRAWS = new RegExp(`^(?:${numbers(2)}[ml]|${numbers(4)}re|[hfSB]|${numbers(6)}c|${numbers(3)}(?:rg|RG)|${numbers(1)}w)$`);
const PICTURE = new RegExp(`^q ${numbers(6)}cm /P\\d{1,3} Do Q$`);
const MATRIX = new RegExp(`^${numbers(6)}cm$`);
const FONT = new RegExp(`^BT/([A-Z]\\d{1,3}) (${NUMBER}) Tf$`);
const COLOUR = new RegExp(`^${numbers(3)}rg$`);
const PLACE = new RegExp(`^1 0 0 1 (${NUMBER}) (${NUMBER}) Tm$`);
const LINE = new RegExp(`^\\[(?:<(?:[0-9A-F]{4})+>|${NUMBER}(?=<|\\]))+\\]TJ$`);

/** Reads what a content stream shows; `undefined`: it does something that is not known here. */
export function shownBy(content: string, mayHavePictures: boolean): Shown[] | undefined {
  const lines = content.split('\n');
  if (lines.pop() !== '') return undefined;
  const shown: Shown[] = [];
  let saved = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (DRAWS.test(line) || (saved > 0 && MATRIX.test(line))) continue;
    if (line === 'q') saved += 1;
    else if (line === 'Q' && saved > 0) saved -= 1;
    else if (saved === 0 && mayHavePictures && PICTURE.test(`${line} ${lines[at + 1] ?? ''}`)) at += 1;
    else {
      const one = saved === 0 ? shownAt(lines.slice(at, at + 5)) : undefined;
      if (!one) return undefined;
      shown.push(one);
      at += 4;
    }
  }
  return saved === 0 ? shown : undefined;
}

/** Five lines: font, colour, place, codes, end. */
function shownAt([font = '', colour = '', place = '', line = '', end]: string[]): Shown | undefined {
  const [, name, size] = FONT.exec(font) ?? [];
  const [, x, y] = PLACE.exec(place) ?? [];
  if (name === undefined || x === undefined || !COLOUR.test(colour) || !LINE.test(line) || end !== 'ET' || !(Number(size) > 0)) return undefined;
  const pieces = [...line.matchAll(new RegExp(`<([0-9A-F]+)>|${NUMBER}`, 'g'))].map(([whole, codes]) =>
    (codes === undefined ? Number(whole) : (codes.match(/.{4}/g) ?? []).map((code) => parseInt(code, 16))));
  return { font: name, size: Number(size), x: Number(x), y: Number(y), pieces };
}

/** Letters that pdf.js leaves as they are, and writes from left to right: no marks, no formats, nothing to be normalised. */
const LETTERS = /^[!-~\u00a1-\u00ac\u00ae-\u00b4\u00b6-\u02af\u0386-\u03ff\u0400-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e]+$/;

/** Returns what a page prints; `undefined`: pdf.js might spell it in another way. */
export function textOf(all: readonly Shown[], fonts: ReadonlyMap<string, PlainFont>, width: number, height: number): string | undefined {
  const pen = new Pen(width, height);
  for (const { font: name, size, x, y, pieces } of all) {
    const font = fonts.get(name);
    if (!font) return undefined;
    pen.begin(name, font, size, x, y);
    // A number moves the pen behind what stands before it; a zero is none.
    let codes: number[] = [];
    for (const piece of pieces) {
      if (typeof piece !== 'number') for (const code of piece) codes.push(code);
      else if (piece !== 0) {
        if (!pen.show(codes, piece * (-size / 1_000))) return undefined;
        codes = [];
      }
    }
    if (codes.length > 0 && !pen.show(codes, 0)) return undefined;
  }
  return pen.end();
}

/** pdf.js's `textContentItem` and what it does to it, name by name; then the lines of `printed` in pdf.ts. */
class Pen {
  private text = '';
  /** Where the last line is that shows something. */
  private line: number | undefined;
  private x = 0;
  private y = 0;
  private font: PlainFont | undefined;
  private fontName = '';
  private size = 0;
  /** Of the item that is being put together. */
  private current = { fontName: '', size: 0, font: undefined as PlainFont | undefined };
  private initialized = false;
  private str: string[] = [];
  private itemY = 0;
  private itemWidth = 0;
  private totalWidth = 0;
  private itemHeight = 0;
  private hasEol = false;
  private prev: { x: number; y: number } | undefined;
  private limits = { tracking: Infinity, notASpace: -Infinity, negative: -Infinity, flowMin: 0, flowMax: 0 };
  private chars = [' ', ' '];
  private charsAt = 0;

  constructor(private readonly pageWidth: number, private readonly pageHeight: number) {}

  /** `Tf` and `Tm`. */
  begin(fontName: string, font: PlainFont, size: number, x: number, y: number): void {
    [this.fontName, this.font, this.size, this.x, this.y] = [fontName, font, size, x, y];
  }

  /** `buildTextContentItem`; false: it cannot be told. */
  show(codes: readonly number[], extra: number): boolean {
    const { current, fontName, size, font } = this;
    if (!font) return false;
    if (current.size !== size || (current.fontName !== fontName && current.font?.name !== font.name)) {
      this.flush();
      this.current = { fontName, size, font };
    }
    if (codes.length === 0 && extra !== 0) this.x += extra;
    const scale = 0.001 * size;
    for (const [i, code] of codes.entries()) {
      const [letter, thousandths] = [font.texts.get(code), font.widths[code]];
      if (letter === undefined || thousandths === undefined) return false;
      const spacing = i + 1 === codes.length ? extra : 0;
      const width = thousandths * scale;
      if (letter === ' ') {
        this.x += spacing + width;
        this.saveLastChar(' ');
        continue;
      }
      if (!LETTERS.test(letter) || !this.compareWithLastPosition(width)) return false;
      this.ensure();
      this.x += width;
      this.itemWidth += width;
      if (width !== 0) this.prev = { x: this.x, y: this.y };
      if (this.saveLastChar(letter)) this.str.push(' ');
      this.str.push(letter);
      if (spacing !== 0) this.x += spacing;
    }
    return true;
  }

  end(): string {
    this.flush();
    return this.text;
  }

  private saveLastChar(letter: string): boolean {
    const next = (this.charsAt + 1) % 2;
    const isNew = this.chars[this.charsAt] !== ' ' && this.chars[next] === ' ';
    this.chars[this.charsAt] = letter;
    this.charsAt = next;
    return isNew;
  }

  private shouldAddWhitespace(): boolean {
    return this.chars[this.charsAt] !== ' ' && this.chars[(this.charsAt + 1) % 2] === ' ';
  }

  private resetLastChars(): void {
    this.chars = [' ', ' '];
    this.charsAt = 0;
  }

  private ensure(): void {
    if (this.initialized) return;
    const { size } = this;
    this.itemY = this.y;
    this.itemWidth = this.totalWidth = 0;
    this.itemHeight = size;
    this.limits = { tracking: size * 0.102, notASpace: size * 0.03, negative: size * -0.2, flowMin: size * 0.102, flowMax: size * 0.6 };
    this.hasEol = false;
    this.initialized = true;
  }

  /** False outside of the page, where pdf.js leaves letters out. */
  private compareWithLastPosition(width: number): boolean {
    const { x, y, prev, limits } = this;
    if (x + width < 0 || x > this.pageWidth || y < 0 || y > this.pageHeight) return false;
    if (!prev || (prev.x === x && prev.y === y)) return true;
    const [advanceX, advanceY] = [x - prev.x, y - prev.y];
    const orientation = Math.sign(this.itemWidth || this.totalWidth);
    if (advanceX < orientation * limits.negative) {
      if (Math.abs(advanceY) > 0.5 * this.itemHeight) this.appendEol();
      else {
        this.resetLastChars();
        this.flush();
      }
      return true;
    }
    if (Math.abs(advanceY) > this.itemHeight) {
      this.appendEol();
      return true;
    }
    if (advanceX <= orientation * limits.notASpace) this.resetLastChars();
    this.addSpaces(advanceX, orientation);
    if (Math.abs(advanceY) > this.itemHeight * 0.25) this.flush();
    return true;
  }

  private addSpaces(advance: number, orientation: number): void {
    const { limits } = this;
    if (advance <= orientation * limits.tracking) {
      if (this.shouldAddWhitespace()) {
        this.resetLastChars();
        this.flush();
        this.pushWhitespace();
      } else this.itemWidth += advance;
    } else if (orientation * limits.flowMin <= advance && advance <= orientation * limits.flowMax) {
      if (this.initialized) {
        this.resetLastChars();
        this.str.push(' ');
      }
      if (this.str.length === 0) {
        this.resetLastChars();
        this.pushWhitespace();
      } else this.itemWidth += advance;
    } else {
      this.flush();
      this.resetLastChars();
      this.pushWhitespace();
    }
  }

  private pushWhitespace(): void {
    this.write(' ', this.prev?.y ?? 0, 0, false);
  }

  private appendEol(): void {
    this.resetLastChars();
    if (this.initialized) {
      this.hasEol = true;
      this.flush();
    } else this.write('', this.y, 0, true);
  }

  private flush(): void {
    if (!this.initialized) return;
    this.totalWidth += this.itemWidth;
    this.write(this.str.join(''), this.itemY, this.itemHeight, this.hasEol);
    this.initialized = false;
    this.str = [];
  }

  /** As `printed` in pdf.ts puts items together. */
  private write(item: string, y: number, height: number, hasEol: boolean): void {
    if (this.line !== undefined && Math.abs(y - this.line) > height * 0.4 + 0.5 && !this.text.endsWith('\n')) this.text += '\n';
    if (item.trim() !== '') this.line = y;
    this.text += item + (hasEol ? '\n' : '');
  }
}
