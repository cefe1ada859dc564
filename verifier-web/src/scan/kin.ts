// Certificates of one template differ in a few places and nowhere else (src/render/certificate.rs). Once pdf.js has read one
// of them, the next are read here: their shared bytes are the same, every other byte is where and what it was or one of the
// few things that may differ, and their fonts are some from which pdf.js took letters, or are their own and of the same make.
// The answer is pdf.js's, letter by letter. A file of which any of this is not so is not read here; nor is one that only looks
// alike.

import { find, isSame } from '../open/bytes.js';
import { embeddedFiles } from '../open/embedded.js';
import { inflate } from '../open/inflated.js';
import { latin1 } from '../open/kinds.js';
import { looksLikeCredential } from './looks.js';
import type { PdfContent } from './pdf.js';
import { readPlain, type PlainObject } from './plain-pdf.js';
import { shownBy, textOf, type PlainFont, type Shown } from './plain-text.js';

/** Most templates that are remembered. */
const TEMPLATES = 4;
/** Largest file that is compared, in bytes. */
const BYTES = 4 << 20;
/** Longest content of a page, in bytes, and longest text. */
const CONTENT = 4 << 20;
const PRINTED = 100_000;
/** Longest font that a certificate brings, in bytes, and how many objects it is made of. */
const PROGRAM = 1 << 20;
const FONT_OBJECTS = 5;
/** Largest attachment that can be a credential, in bytes (pdf.ts). */
const CREDENTIAL = 262_144;

/** Numbers of objects (src/render/base.rs): those of each certificate for itself, and the first shared ones. */
const CATALOG = 1;
const PAGES = 2;
const PAGE = 3;
const OWN_CONTENT = 4;
const INFORMATION = 5;
const METADATA = 6;
const ATTACHMENT = 7;
const ATTACHMENT_SPEC = 8;
const PROFILE = 9;
const BASE_CONTENT = 10;

const STRING = '(?:\\((?:[^()\\\\\\r\\n]|\\\\[()\\\\])*\\)|<FEFF[0-9A-F]*>)';
const DATE = '\\(D:\\d{14}Z\\)';
/** What may differ, by the object that it stands in. */
const OWN_FORMS: Record<number, RegExp> = {
  [OWN_CONTENT]: /^<<\/Filter\/FlateDecode\/Length \d+>>$/,
  [INFORMATION]: new RegExp(`^<<(?:/(?:Title|Author|Subject|Creator|Producer)${STRING})+/CreationDate${DATE}/ModDate${DATE}>>$`),
  [METADATA]: /^<<\/Type\/Metadata\/Subtype\/XML\/Length \d+>>$/,
  [ATTACHMENT]: new RegExp(
    `^<</Type/EmbeddedFile/Subtype/application#2Fvc\\+jwt/Params<</Size \\d+/CreationDate${DATE}/ModDate${DATE}>>/Length \\d+>>$`),
};
const LINK = new RegExp('^(<</Type/Annot/Subtype/Link/Rect\\[[\\d. -]+\\]/Border\\[0 0 0\\]/F 4/A<</S/URI/URI)' +
  "\\((https?://[\\w.~:/?@!$&'*+,;=%-]+(?:#\\d*)?)\\)>>>>$");
/** Its sides; the fonts that are shared, and its own; its pictures; its links. */
const PAGE_FORM = new RegExp('^<</Type/Page/MediaBox (\\[0 0 ([\\d.]+) ([\\d.]+)\\])(?:/(?:TrimBox|CropBox) \\1)*/Parent 2 0 R/Contents\\[10 0 R 4 0 R\\]' +
  '/Resources<</Font<<((?:/S\\d+ \\d+ 0 R)*)((?:/D\\d+ \\d+ 0 R)*)>>/XObject<<((?:/P\\d+ \\d+ 0 R)*)>>>>' +
  '(?:/Group<</Type/Group/S/Transparency/CS/DeviceRGB>>)?(?:/Annots\\[((?:\\d+ 0 R )*)\\])?>>$');
const SPEC_FORM = '<</Type/Filespec/F(credential.jwt)/UF(credential.jwt)/Desc(Signed credential)/AFRelationship/Data' +
  '/EF<</F 7 0 R/UF 7 0 R>>>>';
const CATALOG_FORM = new RegExp(`^<</Type/Catalog(?:/Page(?:Layout|Mode) ?/\\w+)*(?:/Lang${STRING})?/Pages 2 0 R/Metadata 6 0 R/AF\\[8 0 R\\]` +
  '/Names<</EmbeddedFiles<</Names\\[\\(credential\\.jwt\\)8 0 R\\]>>>>/OutputIntents\\[<</Type/OutputIntent/S/GTS_PDFA1' +
  '/OutputConditionIdentifier\\(sRGB\\)/Info\\(sRGB IEC61966-2\\.1\\)/DestOutputProfile 9 0 R>>\\]' +
  '/ViewerPreferences<</DisplayDocTitle true>>>>$');
/** What src/open/embedded.ts would take for more files, were it written into a text. */
const TELLING = /\/EF|\/ObjStm|\/Encrypt|#[2-7][0-9A-Fa-f]/;

/** What was learned from files that pdf.js read. */
export class Family {
  private templates: Template[] = [];

  /** Reads a certificate of a known template; `undefined`: pdf.js must. */
  async read(pdf: Uint8Array<ArrayBuffer>): Promise<PdfContent | undefined> {
    for (const template of this.templates) {
      const content = await template.read(pdf);
      if (content) return content;
    }
    return undefined;
  }

  /** Learns from what pdf.js read, if this reader would have read just that. */
  async learn(pdf: Uint8Array<ArrayBuffer>, content: PdfContent): Promise<void> {
    const template = await Template.of(pdf, content);
    if (!template || this.templates.some((known) => known.learn(template))) return;
    this.templates = [template, ...this.templates].slice(0, TEMPLATES);
  }
}

/** Whether a file may be one of ours, by its first bytes. */
export function mayBeOurs(pdf: Uint8Array<ArrayBuffer>): boolean {
  return pdf.length <= BYTES && latin1(pdf.subarray(0, 17)) === '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n2 ';
}

/** What one certificate has for itself. */
interface Own {
  /** Its objects as they are written, without what may differ. */
  form: string;
  /** The sides of its page, and the shared fonts on it as they are entered there. */
  size: [number, number];
  shared: string;
  fonts: Map<string, PlainFont>;
  links: string[];
  credential: string;
  content: string;
}

class Template {
  /** Resource names of the fonts that pdf.js took letters from. */
  private readonly proven = new Set<string>();

  private constructor(
    /** The bytes that all have in common, and the objects in them. */
    private readonly shared: Uint8Array<ArrayBuffer>,
    private readonly objects: readonly PlainObject[],
    private readonly form: string,
    private readonly base: readonly Shown[],
    private readonly fonts: ReadonlyMap<string, PlainFont>,
  ) {}

  static async of(pdf: Uint8Array<ArrayBuffer>, content: PdfContent): Promise<Template | undefined> {
    const all = readPlain(pdf) ?? [];
    const at = all.findIndex(({ number }) => number === OWN_CONTENT);
    const first = all[at];
    if (!first || !isShared(all.slice(0, at), all.length)) return undefined;
    const [shared, objects] = [pdf.slice(0, first.at), all.slice(0, at)];
    const own = await ownOf(all.slice(at), objects);
    const fonts = own && await fontsOf(own.shared, objects);
    const base = fonts && shownBy(await inflated(objects.find(({ number }) => number === BASE_CONTENT)) ?? '-', true);
    if (!own || !fonts || !base) return undefined;
    const template = new Template(shared, objects, own.form, base, fonts);
    return await template.isRight(pdf, own, content) ? template : undefined;
  }

  async read(pdf: Uint8Array<ArrayBuffer>): Promise<PdfContent | undefined> {
    const { shared } = this;
    if (pdf.length > BYTES || pdf.length <= shared.length || !isSame(pdf.subarray(0, shared.length), shared)) return undefined;
    const objects = readPlain(pdf, { objects: this.objects, end: shared.length });
    const own = objects && await ownOf(objects, this.objects);
    if (!own || own.form !== this.form) return undefined;
    const { content, shown } = this.contentOf(own) ?? {};
    return shown?.every(({ font }) => this.proven.has(font) || own.fonts.has(font)) ? content : undefined;
  }

  /** Takes over which fonts another file of the same template showed to be good; false: it is of another one. */
  learn({ form, shared, proven }: Template): boolean {
    if (form !== this.form || !isSame(shared, this.shared)) return false;
    for (const name of proven) this.proven.add(name);
    return true;
  }

  /** Compares with pdf.js's answer, and with all that else is looked for in a PDF. */
  private async isRight(pdf: Uint8Array<ArrayBuffer>, own: Own, content: PdfContent): Promise<boolean> {
    const { content: ours, shown = [] } = this.contentOf(own) ?? {};
    const { files, more } = await embeddedFiles(pdf);
    const isAlone = !more && files.length === 1 && files[0] !== undefined && latin1(files[0]) === own.credential;
    if (!ours || !isAlone || JSON.stringify({ ...content, whole: true }) !== JSON.stringify(ours)) return false;
    for (const { font, pieces } of shown) {
      const { texts } = this.fonts.get(font) ?? {};
      if (pieces.some((piece) => typeof piece !== 'number' && piece.some((code) => texts?.get(code)?.trim()))) this.proven.add(font);
    }
    return true;
  }

  private contentOf(own: Own): { content: PdfContent; shown: Shown[] } | undefined {
    const drawn = shownBy(own.content, false);
    if (!drawn) return undefined;
    const shown = [...this.base, ...drawn];
    const printed = textOf(shown, new Map([...this.fonts, ...own.fonts]), ...own.size);
    if (printed === undefined || printed.length > PRINTED) return undefined;
    const { credential, links } = own;
    const attachments = { attached: [credential], files: [], lost: [], taken: 1, more: false };
    return { content: { ...attachments, pages: [printed], pictures: [], count: 1, drawnOver: false, links, whole: true }, shown };
  }
}

/** Whether the shared objects are the first ones in their order, and refer to each other alone. */
function isShared(objects: readonly PlainObject[], count: number): boolean {
  const [pages, ...others] = objects;
  if (pages?.number !== PAGES || pages.text !== '<</Type/Pages/Count 1/Kids[3 0 R]>>' || pages.data) return false;
  const end = PROFILE + others.length;
  return end <= count + 1 && others.every(({ number, refers }, i) => number === PROFILE + i && refers.every((one) => one >= PROFILE && one < end));
}

/** Reads what is a certificate's own: content, fonts, links, page, attachment, properties, catalog. */
async function ownOf(objects: readonly PlainObject[], shared: readonly PlainObject[]): Promise<Own | undefined> {
  const order = objects.map(({ number }) => number);
  const last = [PAGE, ATTACHMENT, ATTACHMENT_SPEC, INFORMATION, METADATA, CATALOG];
  if (order[0] !== OWN_CONTENT || order.slice(-last.length).join() !== last.join()) return undefined;
  const text = (number: number) => objects.find((one) => one.number === number)?.text ?? '';
  const [whole, , width, height, sharedFonts = '', ownFonts = '', pictures = '', annotations = ''] = PAGE_FORM.exec(text(PAGE)) ?? [];
  const areShared = [...pictures.matchAll(/ (\d+) 0/g)].every(([, number]) => shared.some((one) => one.number === Number(number)));
  if (whole === undefined || !areShared || text(ATTACHMENT_SPEC) !== SPEC_FORM || !CATALOG_FORM.test(text(CATALOG))) return undefined;
  const firsts = [...ownFonts.matchAll(/ (\d+) 0/g)].map(([, number]) => Number(number));
  const others = objects.filter(({ number }) => !firsts.some((first) => number >= first && number < first + FONT_OBJECTS));
  const links: string[] = [];
  const forms = others.map((object) => formOf(object, links));
  const areAll = annotations === others.filter(({ number }) => number > BASE_CONTENT).map(({ number }) => `${number} 0 R `).join('');
  const fonts = !forms.includes(undefined) && areAll ? await fontsOf(ownFonts, objects) : undefined;
  const content = fonts && await inflated(objects[0]);
  const attachment = objects.find(({ number }) => number === ATTACHMENT)?.data;
  const credential = attachment && attachment.length <= CREDENTIAL ? latin1(attachment) : '';
  if (!fonts || content === undefined || !/^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(credential) || !looksLikeCredential(credential)) return undefined;
  return { form: forms.join('\n'), size: [Number(width), Number(height)], shared: sharedFonts, fonts, links, credential, content };
}

/** An object without what may differ. */
function formOf({ number, text, data }: PlainObject, links: string[]): string | undefined {
  const form = OWN_FORMS[number];
  if (form) {
    const isStream = number !== INFORMATION;
    const isOne = isStream ? data !== undefined && isOneStream(data) : data === undefined && !TELLING.test(text);
    return isOne && form.test(text) ? '' : undefined;
  }
  if (data) return undefined;
  // Its fonts and links are looked at by themselves.
  if (number === PAGE) return text.replace(/(?:\/D\d+ \d+ 0 R)+|\/Annots\[.*/g, '');
  if (number <= BASE_CONTENT) return text;
  const [, before, address] = LINK.exec(text) ?? [];
  if (before === undefined || address === undefined) return undefined;
  links.push(address);
  return before;
}

/** Whether all that looks for streams in a file finds that it ends where it ends. */
function isOneStream(data: Uint8Array): boolean {
  return find(data, 'endstream', 0) < 0;
}

async function inflated(object: PlainObject | undefined): Promise<string | undefined> {
  if (!object?.data || !isOneStream(object.data) || !/^<<\/Filter\/FlateDecode\/Length \d+>>$/.test(object.text)) return undefined;
  const { bytes, whole } = await inflate(object.data, CONTENT);
  return whole ? latin1(bytes) : undefined;
}

/** The fonts that are entered in a page's resources, as src/render/fonts.rs writes them. */
async function fontsOf(entries: string, objects: readonly PlainObject[]): Promise<Map<string, PlainFont> | undefined> {
  const fonts = new Map<string, PlainFont>();
  for (const [, name = '', number] of entries.matchAll(/\/([SD]\d+) (\d+) 0 R/g)) {
    const font = await fontOf(Number(number), objects);
    if (!font || fonts.has(name)) return undefined;
    fonts.set(name, font);
  }
  return fonts;
}

const DESCRIPTOR = new RegExp('^<</Type/FontDescriptor/FontName/([\\w+-]+)/Flags \\d+/FontBBox\\[-?\\d+(?: -?\\d+){3}\\]/ItalicAngle -?\\d+' +
  '/Ascent -?\\d+/Descent -?\\d+/CapHeight -?\\d+/StemV \\d+/FontFile2 (\\d+) 0 R>>$');

async function fontOf(first: number, objects: readonly PlainObject[]): Promise<PlainFont | undefined> {
  const at = objects.findIndex(({ number }) => number === first);
  const made = at < 0 ? [] : objects.slice(at, at + FONT_OBJECTS);
  const [font, descendant, descriptor, program, map] = made;
  const [, name] = /^<<\/Type\/Font\/Subtype\/Type0\/BaseFont\/([A-Z]{6}\+[\w-]+)\//.exec(font?.text ?? '') ?? [];
  if (name === undefined || made.some(({ number }, i) => number !== first + i) || font?.data || descendant?.data || descriptor?.data || !program?.data) return undefined;
  const references = `/Encoding/Identity-H/DescendantFonts[${first + 1} 0 R]/ToUnicode ${first + 4} 0 R>>`;
  if (font?.text !== `<</Type/Font/Subtype/Type0/BaseFont/${name}${references}`) return undefined;
  const system = '/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>';
  const head = `<</Type/Font/Subtype/CIDFontType2/BaseFont/${name}${system}/FontDescriptor ${first + 2} 0 R/CIDToGIDMap/Identity/DW 0/W[0[`;
  const widths = descendant?.text.startsWith(head) ? /^(\d+(?: \d+)*)\]\]>>$/.exec(descendant.text.slice(head.length))?.[1] : undefined;
  const described = DESCRIPTOR.exec(descriptor?.text ?? '');
  const isDescribed = described?.[1] === name && described[2] === String(first + 3);
  const texts = textsOf(await inflated(map) ?? '');
  if (widths === undefined || !isDescribed || !texts || !await isTrueType(program)) return undefined;
  return { name, widths: widths.split(' ').map(Number), texts };
}

/**
 * Whether it is a TrueType font with all that belongs to one. What pdf.js finds wrong in it beyond that keeps it from drawing
 * letters, but not from telling them: those come from the map, and their widths from the descendant.
 */
async function isTrueType({ text, data }: PlainObject): Promise<boolean> {
  const length = /^<<\/Length1 (\d+)\/Filter\/FlateDecode\/Length \d+>>$/.exec(text)?.[1];
  if (length === undefined || !data || !isOneStream(data)) return false;
  const { bytes, whole } = await inflate(data, PROGRAM);
  if (!whole || bytes.length !== Number(length) || bytes.length < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint16(4);
  if (view.getUint32(0) !== 0x00010000 || count > 32 || bytes.length < 12 + 16 * count) return false;
  const tags = new Set<string>();
  for (let at = 12; at < 12 + 16 * count; at += 16) {
    if (view.getUint32(at + 8) + view.getUint32(at + 12) > bytes.length) return false;
    tags.add(latin1(bytes.subarray(at, at + 4)));
  }
  return tags.size === count && ['glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp'].every((tag) => tags.has(tag));
}

const CMAP_HEAD = '/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def' +
  '/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n1 begincodespacerange<0000><FFFF>endcodespacerange\n';
const CMAP_END = 'endcmap CMapName currentdict/CMap defineresource pop end end';

/** A ToUnicode map of single codes, each once. */
function textsOf(map: string): Map<number, string> | undefined {
  if (!map.startsWith(CMAP_HEAD) || !map.endsWith(CMAP_END)) return undefined;
  const body = map.slice(CMAP_HEAD.length, -CMAP_END.length);
  if (!/^(?:\d{1,3} beginbfchar\n(?:<[0-9A-F]{4}><(?:[0-9A-F]{4})+>\n)+endbfchar\n)*$/.test(body)) return undefined;
  const texts = new Map<number, string>();
  for (const [, code = '', units = ''] of body.matchAll(/<([0-9A-F]{4})><([0-9A-F]+)>/g)) {
    const number = parseInt(code, 16);
    if (number === 0 || texts.has(number)) return undefined;
    texts.set(number, String.fromCharCode(...(units.match(/.{4}/g) ?? []).map((unit) => parseInt(unit, 16))));
  }
  return texts;
}
