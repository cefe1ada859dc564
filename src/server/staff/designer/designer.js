// Handles over the picture of a design: real buttons that are dragged, resized and moved by keys. What is done is sent as the forms of
// the page send it, and the page's own answer takes the place of what was there: the service alone knows and draws a design.

const STEP = 1;
const FINE = 0.1;
const COARSE = 10;
const MARGIN = 10;
const GRID = 5;
/** The shortest side that something is dragged to, in millimetres. */
const SHORTEST = 1;
/** From which length of a side, in points of the screen, there is room for a grip in its middle. */
const ROOM = 40;
/** Sides and corners that can be moved, in the order of `data-grips`: which of left, top, right and bottom go along. */
const GRIPS = {
  se: [0, 0, 1, 1], s: [0, 0, 0, 1], sw: [1, 0, 0, 1], w: [1, 0, 0, 0],
  nw: [1, 1, 0, 0], n: [0, 1, 0, 0], ne: [0, 1, 1, 0], e: [0, 0, 1, 0],
};
const ENDS = ["first", "other"];
/** How near, in millimetres, an edge is drawn to a line. */
const NEAR = 1.5;
const PAUSE = 350;
/** Points of a millimetre. */
const POINTS = 72 / 25.4;
/** How far the sides of a picture may be from those of the page, and it is meant to lie under everything: exactly, or for want of another. */
const SAME = 0.03;
const ALIKE = 0.12;

let root = document.getElementById("design");
let gridOn = false;
let queue = Promise.resolve();
/** What the arrow keys have moved, and was not sent yet. */
let moved = null;
let timer = 0;
let asking = 0;
/** Where in each text one wrote last. */
const carets = new Map();

const round = (number) => Math.round(number * 100) / 100;
const number = (name) => Number(root.dataset[name]);
const elements = () => [...root.querySelectorAll("[data-element]")].map((details) => ({
  at: Number(details.dataset.element),
  kind: details.dataset.kind,
  label: details.dataset.label,
  locked: details.dataset.locked === "yes",
  area: details.dataset.area?.split(" ").map(Number),
  details,
})).sort((one, other) => one.at - other.at);
const ticks = () => [...root.querySelectorAll(".layers [name=pick]")];
const picked = () => ticks().filter((tick) => tick.checked).map((tick) => Number(tick.value));
const handle = (at) => root.querySelector(`.handle[data-at="${at}"]`);
const say = (text) => { root.querySelector(".far-away").textContent = text; };

function make(tag, set, parent) {
  const { className, ...rest } = set;
  const made = Object.assign(document.createElement(tag), rest);
  made.className = className;
  parent.append(made);
  return made;
}

function place(node, [x, y, w, h]) {
  node.style.left = `${(x / number("width")) * 100}%`;
  node.style.top = `${(y / number("height")) * 100}%`;
  node.style.width = `${(w / number("width")) * 100}%`;
  node.style.height = `${(h / number("height")) * 100}%`;
}

/** Sends a request after those before it, and shows the page that answers. */
function send(address, fields) {
  queue = queue.then(async () => {
    const body = typeof fields === "function" ? fields() : fields;
    try {
      await show(await fetch(address ?? root.dataset.action, body && { method: "POST", body, credentials: "same-origin" }));
    } catch {
      location.reload();
    }
  });
  return queue;
}

function change(...changes) {
  return send(null, () => new URLSearchParams({
    csrf: root.dataset.csrf, seen: root.dataset.seen, act: "changes", changes: JSON.stringify(changes),
  }));
}

async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("design");
  // The session has ended, or the design is not there any more.
  if (!fresh) return location.assign(answer.url);
  const picture = new Image();
  picture.src = fresh.querySelector(".sheet img").src;
  await picture.decode().catch(() => {});
  // Where one is, and what is being typed there.
  const active = document.activeElement;
  const [id, at, within] = [active?.id, active?.dataset?.at, root.contains(active)];
  const grip = active?.classList.contains("grip") ? active.dataset.way : null;
  const twin = active?.name && active.value ? `[name="${CSS.escape(active.name)}"][value="${CSS.escape(active.value)}"]` : null;
  const typed = within && "defaultValue" in active && active.type !== "file" && active.value !== active.defaultValue ? active.value : null;
  const open = [...root.querySelectorAll("details[open][id]")].map((one) => one.id);
  const scrolled = root.querySelector(".side").scrollTop;
  root.replaceWith(fresh);
  root = fresh;
  // A picture that is there already does not flicker.
  root.querySelector(".sheet img").replaceWith(Object.assign(picture, { alt: root.querySelector(".sheet img").alt }));
  document.title = page.title;
  for (const heading of ["h1", ".trail"]) {
    const [old, now] = [document.querySelector(`main ${heading}`), page.querySelector(`main ${heading}`)];
    if (old && now) old.replaceWith(now);
  }
  const now = new URL(answer.url);
  // What is refused is answered where the form went: that is no address to come back to.
  if (now.pathname === new URL(root.dataset.action, now).pathname) history.replaceState(null, "", now.pathname + now.search);
  for (const one of open) {
    const details = document.getElementById(one);
    if (details && !details.dataset.element) details.open = true;
  }
  build();
  root.querySelector(".side").scrollTop = scrolled;
  if (!within) return;
  const [first] = picked();
  const back = (id && document.getElementById(id)) || (grip && root.querySelector(`.grip[data-way="${grip}"]`)) || (at !== undefined && handle(first ?? at)) || (twin && root.querySelector(twin));
  if (typed !== null && back && "value" in back) back.value = typed;
  back?.focus({ preventScroll: true });
}

/** Ticks an element alone, or besides those that are ticked. */
function pick(at, besides) {
  for (const tick of ticks()) {
    const is = Number(tick.value) === at;
    tick.checked = besides ? (is ? !tick.checked : tick.checked) : is;
  }
  marks();
}

/** Shows what is ticked: on its handle, and by its form. */
function marks() {
  const all = picked();
  for (const one of root.querySelectorAll(".handle")) one.setAttribute("aria-pressed", String(all.includes(Number(one.dataset.at))));
  const inspector = root.querySelector(".inspector");
  for (const { at, details } of elements()) {
    const alone = all.length === 1 && all[0] === at;
    details.open = alone;
    // What is chosen is changed beside the page, not below it.
    if (alone && details.parentElement !== inspector) {
      details.before(Object.assign(document.createComment("here"), { of: at }));
      inspector.append(details);
    } else if (!alone && details.parentElement === inspector) {
      const list = document.createNodeIterator(root, NodeFilter.SHOW_COMMENT);
      for (let mark = list.nextNode(); mark; mark = list.nextNode()) if (mark.of === at) mark.replaceWith(details);
    }
  }
  for (const grip of root.querySelectorAll(".grip")) grip.remove();
  const one = elements().find(({ at }) => all.length === 1 && at === all[0]);
  if (one?.area && !one.locked) grips(one);
}

/** Lays grips on the sides and corners of an element, or on the ends of a line: the one most used comes first for the Tab key. */
function grips(one) {
  const said = root.dataset.grips.split("|");
  const all = [...Object.keys(GRIPS), ...ENDS];
  let before = handle(one.at);
  for (const way of one.kind === "line" ? ENDS : Object.keys(GRIPS)) {
    const grip = make("button", { type: "button", className: "grip" }, root.querySelector(".handles"));
    grip.dataset.way = way;
    grip.setAttribute("aria-label", `${root.dataset.resize}, ${said[all.indexOf(way)]}: ${one.label}`);
    const act = resizing(way);
    grip.addEventListener("pointerdown", (event) => drag(event, one, act));
    grip.addEventListener("keydown", (event) => {
      const by = arrow(event);
      if (by) nudge(event, one, by, act);
    });
    before?.after(grip);
    before = grip;
  }
  gripsAt(one, one.area);
}

/** The coordinates that a form of an element has. */
const field = (one, name) => Number(one.details.querySelector(`[name="${name}"]`).value);

/** Which end of a line lies on the left, and which on top: 1 is the first. */
function ends(one) {
  return [field(one, "x1") <= field(one, "x2"), field(one, "y1") <= field(one, "y2")];
}

/** Puts the grips where an element is shown: just outside of it, and never over the edge of the page. */
function gripsAt(one, [x, y, w, h]) {
  // The picture may not have come yet: its height is not known by it.
  const scale = root.querySelector(".handles").clientWidth / number("width");
  for (const grip of root.querySelectorAll(".grip")) {
    const way = grip.dataset.way;
    let [atX, atY, outX, outY] = [x + w / 2, y + h / 2, 0, 0];
    if (GRIPS[way]) {
      const [left, top, right, bottom] = GRIPS[way];
      [outX, outY] = [right - left, bottom - top];
      [atX, atY] = [atX + (outX * w) / 2, atY + (outY * h) / 2];
      // Those of the corners would lie under it.
      grip.hidden = (outX === 0 && w * scale < ROOM) || (outY === 0 && h * scale < ROOM);
    } else {
      const [right, down] = ends(one).map((isFirst) => isFirst !== (way === "first"));
      [atX, atY] = [right ? x + w : x, down ? y + h : y];
      // A line that is upright or level has both ends on one side.
      [outX, outY] = [w === 0 ? 0 : right ? 1 : -1, h === 0 ? 0 : down ? 1 : -1];
      if (w === 0 && h === 0) outX = way === "first" ? -1 : 1;
    }
    const at = (share, out) => `clamp(0rem, calc(${share * 100}% - .75rem + ${out * 0.4}rem), calc(100% - 1.5rem))`;
    grip.style.left = at(atX / number("width"), outX);
    grip.style.top = at(atY / number("height"), outY);
  }
}

/** By how much an arrow key moves; nothing for other keys. */
function arrow(event) {
  const step = event.altKey ? FINE : event.shiftKey ? COARSE : STEP;
  return { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
}

/** The lines that edges are drawn to: the page's middle and margins, other boxes, the grid. */
function lines(axis, but) {
  const length = number(axis === 0 ? "width" : "height");
  const all = [0, MARGIN, length / 2, length - MARGIN, length];
  for (const { at, area } of elements()) {
    if (area && !but.includes(at)) all.push(area[axis], area[axis] + area[axis + 2] / 2, area[axis] + area[axis + 2]);
  }
  if (gridOn) for (let line = 0; line <= length; line += GRID) all.push(line);
  return all;
}

/** Returns by how much edges are drawn to the nearest line, and the line. */
function snapped(edges, all) {
  let best = [NEAR, 0, null];
  for (const edge of edges) {
    for (const line of all) {
      if (Math.abs(line - edge) < best[0]) best = [Math.abs(line - edge), line - edge, line];
    }
  }
  return best.slice(1);
}

/** A length in points; of a picture in its pixels. */
const points = (mm) => root.dataset.pixels ? `${Math.round(mm * number("pixels"))} px` : `${(mm * POINTS).toFixed(1)} pt`;

/** Says numbers beside the mouse, in millimetres and points. */
function beside(event, numbers) {
  const sheet = root.querySelector(".sheet");
  const label = sheet.querySelector(".beside") ?? make("span", { className: "beside", ariaHidden: "true" }, sheet);
  label.hidden = numbers === null;
  if (numbers === null) return;
  const box = sheet.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  label.textContent = numbers.map(([name, mm]) => `${name} ${round(mm).toFixed(1)} mm · ${points(mm)}`).join("\n");
  // Never over the edge, nor under the finger.
  label.style.left = `${x > box.width / 2 ? x - label.offsetWidth - 12 : x + 16}px`;
  label.style.top = `${y > box.height / 2 ? y - label.offsetHeight - 12 : y + 18}px`;
}

/** Where on the page an event is, in millimetres. */
function point(event) {
  const box = root.querySelector(".sheet img").getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * number("width"), ((event.clientY - box.top) / box.height) * number("height")];
}

function guides(across, down) {
  for (const one of root.querySelectorAll(".guide")) one.remove();
  const overlay = root.querySelector(".handles");
  if (across !== null) make("span", { className: "guide across" }, overlay).style.left = `${(across / number("width")) * 100}%`;
  if (down !== null) make("span", { className: "guide down" }, overlay).style.top = `${(down / number("height")) * 100}%`;
}

/** Shows elements moved by so much; returns what says so. */
function shifted(one, [dx, dy]) {
  const all = picked();
  for (const { at, area, locked } of elements()) {
    if (all.includes(at) && area && !locked) place(handle(at), [area[0] + dx, area[1] + dy, area[2], area[3]]);
  }
  gripsAt(one, [one.area[0] + dx, one.area[1] + dy, one.area[2], one.area[3]]);
  shifted.shown = [one.area[0] + dx, one.area[1] + dy, one.area[2], one.area[3]];
  say(`${root.dataset.moved} x ${round(one.area[0] + dx)}, y ${round(one.area[1] + dy)} mm`);
  const free = elements().filter(({ at, locked }) => all.includes(at) && !locked).map(({ at }) => at);
  return { do: "move", elements: free, dx: round(dx), dy: round(dy) };
}
shifted.edges = ([x, y, w, h]) => [[x, x + w / 2, x + w], [y, y + h / 2, y + h]];

/** Returns what shows an element with a side or corner, or a line with an end, moved by so much; and says so. One for each. */
function resizing(way) {
  if (resizing[way]) return resizing[way];
  const act = (one, by) => {
    const { area, values } = ENDS.includes(way) ? ended(one, way, by) : grown(one, GRIPS[way], by);
    place(handle(one.at), area);
    gripsAt(one, area);
    act.shown = area;
    const [, , w, h] = area;
    say(one.kind === "qr" && w < number("good") ? root.dataset.tooSmall : `${root.dataset.resized} ${round(w)} × ${round(h)} mm`);
    return { do: "set", element: one.at, values };
  };
  act.edges = ([x, y, w, h], one) => {
    if (ENDS.includes(way)) return ends(one).map((isFirst, axis) => [[x, y][axis] + (isFirst === (way === "first") ? 0 : [w, h][axis])]);
    const [left, top, right, bottom] = GRIPS[way];
    return [left ? [x] : right ? [x + w] : [], top ? [y] : bottom ? [y + h] : []];
  };
  resizing[way] = act;
  return act;
}

/** Where an element is whose sides were moved, and what its document says then. */
function grown(one, [left, top, right, bottom], [dx, dy]) {
  const [x, y, w, h] = one.area;
  const least = one.kind === "qr" ? number("floor") : SHORTEST;
  let [wide, high] = [w + (right - left) * dx, h + (bottom - top) * dy].map((side) => Math.max(side, least));
  if (left === right) wide = w;
  if (top === bottom) high = h;
  if (one.kind === "qr") {
    const across = top === bottom || (left !== right && Math.abs(wide - w) > Math.abs(high - h));
    // What is rounded down would be too small.
    wide = high = Math.ceil((across ? wide : high) * 100 - 1e-6) / 100;
  }
  // The opposite side stays where it is.
  const area = [left ? x + w - wide : x, top ? y + h - high : y, wide, high];
  const values = {};
  if (one.kind === "path") {
    // A side that is not dragged keeps its scale, also one of no length.
    const [moreX, moreY] = [left === right ? 1 : wide / Math.max(w, 0.01), top === bottom ? 1 : high / Math.max(h, 0.01)];
    values.scaleX = field(one, "scaleX") * moreX;
    values.scaleY = field(one, "scaleY") * moreY;
    values.x = round(area[0] + (field(one, "x") - x) * moreX);
    values.y = round(area[1] + (field(one, "y") - y) * moreY);
  } else {
    if (left) values.x = round(area[0]);
    if (top) values.y = round(area[1]);
    if (one.kind === "qr") values.size = wide;
    else if (left !== right) values.width = round(wide);
    if (one.kind !== "qr" && top !== bottom) values.height = round(high);
  }
  return { area, values };
}

/** Where a line is one of whose ends was moved. */
function ended(one, way, [dx, dy]) {
  const [n, other] = way === "first" ? [1, 2] : [2, 1];
  const [x, y] = [round(field(one, `x${n}`) + dx), round(field(one, `y${n}`) + dy)];
  const [farX, farY] = [field(one, `x${other}`), field(one, `y${other}`)];
  const area = [Math.min(x, farX), Math.min(y, farY), Math.abs(x - farX), Math.abs(y - farY)];
  return { area, values: { [`x${n}`]: x, [`y${n}`]: y } };
}

/** Follows a pointer from where it went down. */
function drag(event, one, act) {
  if (event.button !== 0 || one.locked || !one.area) return;
  event.preventDefault();
  const target = event.currentTarget;
  target.setPointerCapture(event.pointerId);
  target.focus({ preventScroll: true });
  const scale = number("width") / root.querySelector(".handles").clientWidth;
  const but = act === shifted ? picked() : [one.at];
  const [across, down] = [lines(0, but), lines(1, but)];
  let last = null;
  const follow = (now) => {
    let by = [(now.clientX - event.clientX) * scale, (now.clientY - event.clientY) * scale];
    if (last === null && Math.hypot(...by) < 0.8) return;
    const [edgesX, edgesY] = act.edges(one.area, one);
    let [lineX, lineY] = [null, null];
    if (!now.ctrlKey) {
      const x = snapped(edgesX.map((edge) => edge + by[0]), across);
      const y = snapped(edgesY.map((edge) => edge + by[1]), down);
      by = [by[0] + x[0], by[1] + y[0]];
      [lineX, lineY] = [x[1], y[1]];
    }
    guides(lineX, lineY);
    last = act(one, by);
    const [x, y, w, h] = act.shown;
    beside(now, act === shifted ? [["x", x], ["y", y]] : [["↔", w], ["↕", h]]);
    now.stopPropagation();
  };
  const end = (over) => {
    target.removeEventListener("pointermove", follow);
    guides(null, null);
    beside(over, null);
    if (last !== null && over.type === "pointerup") {
      target.dataset.dragged = "yes";
      void change(last);
    } else if (last !== null) {
      act(one, [0, 0]);
    }
  };
  target.addEventListener("pointermove", follow);
  for (const over of ["pointerup", "pointercancel"]) target.addEventListener(over, end, { once: true });
}

/** Moves by a key: shown at once, and sent when the keys rest. */
function nudge(event, one, [dx, dy], act) {
  event.preventDefault();
  if (one.locked || !one.area) return;
  const by = moved && moved.act === act && moved.at === one.at ? moved.by : [0, 0];
  moved = { act, at: one.at, by: [by[0] + dx, by[1] + dy] };
  moved.change = act(one, moved.by);
  clearTimeout(timer);
  timer = setTimeout(rest, PAUSE);
}

/** Sends what the keys have moved. */
function rest() {
  clearTimeout(timer);
  if (!moved) return;
  const { change: done } = moved;
  moved = null;
  void change(done);
}

function press(selector) {
  const button = root.querySelector(selector);
  if (button) button.form.requestSubmit(button);
}

/** Goes to where an element's words or numbers are written. */
function write(at) {
  const details = root.querySelector(`[data-element="${at}"]`);
  if (!details) return;
  details.open = true;
  const field = details.querySelector("textarea, input:not([type=hidden]), select");
  field?.focus();
  field?.select?.();
}

/** Keys of a handle besides the arrows. */
function key(event, one) {
  const by = arrow(event);
  if (by) {
    if (!picked().includes(one.at)) pick(one.at, false);
    return nudge(event, one, by, shifted);
  }
  if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    if (!picked().includes(one.at) || picked().length > 1) pick(one.at, false);
    return write(one.at);
  }
  if (event.key === "Escape") return void (event.preventDefault(), pick(-1, false));
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "a") {
    event.preventDefault();
    for (const tick of ticks()) tick.checked = true;
    return marks();
  }
  const acts = { Delete: "remove", Backspace: "remove", PageUp: "up", PageDown: "down" };
  const act = control ? { d: "duplicate" }[event.key.toLowerCase()] : acts[event.key] ?? { l: one.locked ? "unlock" : "lock" }[event.key];
  if (!act) return;
  event.preventDefault();
  rest();
  if (!picked().includes(one.at)) pick(one.at, false);
  press(`.layers [value="${act}"]`);
}

/** Lays the handles over the picture, the lowest first: that is the order of the Tab key. */
function build() {
  root.querySelector(".keys").hidden = false;
  const sheet = root.querySelector(".sheet");
  // All of the page is in sight.
  sheet.style.maxWidth = `max(18rem, ${(80 * number("width")) / number("height")}vh)`;
  const overlay = make("div", { className: "handles" }, sheet);
  overlay.style.setProperty("--cell-x", `${(GRID / number("width")) * 100}%`);
  overlay.style.setProperty("--cell-y", `${(GRID / number("height")) * 100}%`);
  overlay.classList.toggle("with-grid", gridOn);
  for (const one of elements()) {
    if (!one.area) continue;
    const button = make("button", { type: "button", className: one.locked ? "handle locked" : "handle" }, overlay);
    button.dataset.at = one.at;
    const [x, y, w, h] = one.area;
    button.setAttribute("aria-label", `${one.label} (${round(x)}, ${round(y)}; ${round(w)} × ${round(h)} mm)`);
    place(button, one.area);
    button.addEventListener("click", (event) => {
      if (button.dataset.dragged) return delete button.dataset.dragged;
      pick(one.at, event.shiftKey || event.ctrlKey || event.metaKey);
    });
    button.addEventListener("pointerdown", (event) => {
      if (event.shiftKey || event.ctrlKey) return;
      if (!picked().includes(one.at)) pick(one.at, false);
      drag(event, one, shifted);
    });
    button.addEventListener("keydown", (event) => key(event, one));
    button.addEventListener("dblclick", () => write(one.at));
  }
  sheet.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons !== 0) return;
    const [x, y] = point(event);
    beside(event, [["x", x], ["y", y]]);
  });
  sheet.addEventListener("pointerleave", (event) => beside(event, null));
  for (const tick of ticks()) tick.addEventListener("change", marks);
  swatches();
  for (const way of root.querySelectorAll('.layers li > a, .heard a[href^="#element-"]')) {
    way.addEventListener("click", (event) => {
      event.preventDefault();
      const at = Number(way.hash.split("-").at(-1));
      pick(at, false);
      write(at);
    });
  }
  const grid = root.querySelector(".grid-switch");
  grid.closest("p").hidden = false;
  grid.setAttribute("aria-pressed", String(gridOn));
  grid.addEventListener("click", () => {
    gridOn = !gridOn;
    grid.setAttribute("aria-pressed", String(gridOn));
    overlay.classList.toggle("with-grid", gridOn);
  });
  marks();
  root.addEventListener("submit", submitted);
  root.addEventListener("change", changed);
  root.addEventListener("focusout", ({ target }) => {
    if (target.tagName === "TEXTAREA") carets.set(target.id, [target.selectionStart, target.selectionEnd]);
  });
  dropped(sheet);
  clearTimeout(asking);
  if (root.dataset.names) asking = setTimeout(askNames, 2 * PAUSE);
}

/** A colour that there need not be is typed, or taken from a palette beside. */
function swatches() {
  for (const field of root.querySelectorAll("input[type=text]:is([name=fill], [name=stroke], [name=titleColor], [name=ruleColor], [name=ground])")) {
    const palette = Object.assign(document.createElement("input"), { type: "color", value: /^#[0-9a-f]{6}$/i.test(field.value) ? field.value : "#ffffff" });
    palette.setAttribute("aria-label", field.labels[0]?.textContent ?? "");
    palette.className = "palette";
    field.after(palette);
    // One event for all that is tried in the palette: what is taken counts.
    palette.addEventListener("change", () => { field.value = palette.value; });
  }
}

/** Forms are sent without leaving the page. */
function submitted(event) {
  const form = event.target;
  event.preventDefault();
  event.stopPropagation();
  // A number that is confirmed by Enter changes, too: once is enough.
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  rest();
  if (form.method === "get") {
    const query = new URLSearchParams(new FormData(form));
    return void send(`${form.action.split("?")[0]}?${query}`, null);
  }
  const data = new FormData(form, event.submitter);
  void send(form.action, () => {
    data.set("seen", root.dataset.seen);
    return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  });
}

/** Puts a column or date that is chosen where one wrote last; at the end of a text that one did not write in. */
function insert(select) {
  const text = select.form.elements.text;
  const length = text.value.length;
  const [from, to] = (carets.get(text.id) ?? [length, length]).map((at) => Math.min(at, length));
  text.setRangeText(`{${select.value}}`, from, to, "end");
  carets.set(text.id, [text.selectionStart, text.selectionStart]);
  select.value = "";
  // What was typed before is under way, maybe: this comes after it.
  void change({ do: "set", element: Number(select.form.elements.element.value), values: { text: text.value } });
}

/** A number or choice of an element counts as soon as it is made. */
function changed(event) {
  const form = event.target.form;
  if (event.target.name === "insert" && event.target.value && form?.elements.text) return insert(event.target);
  if (form?.closest(".element")) form.requestSubmit();
}

/** Width and height of a picture, as far as the browser knows it. */
async function shape(file) {
  if (/svg/.test(file.type)) {
    const svg = new DOMParser().parseFromString(await file.text(), "image/svg+xml").documentElement;
    const [, , width, height] = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
    const said = ["width", "height"].map((side) => parseFloat(svg.getAttribute(side)));
    return said.every((side) => side > 0) && !/%/.test(svg.getAttribute("width")) ? said : [width, height];
  }
  const bitmap = await createImageBitmap(file);
  return [bitmap.width, bitmap.height];
}

/** What a file is meant to be that was dropped there: a font, another picture, a signature, what lies under everything, or a new picture. */
async function meant(file, event) {
  if (/\.(ttf|otf|woff2?)$/i.test(file.name)) return { as: "font" };
  const [x, y] = point(event);
  const under = elements().reverse().find(({ area }) => area && x >= area[0] && x <= area[0] + area[2] && y >= area[1] && y <= area[1] + area[3]);
  const uses = [...root.querySelector("form.files").elements.as.options].map((one) => one.value);
  const signers = uses.filter((use) => under && use.startsWith(`signature ${under.at} `));
  const pdf = /pdf$/i.test(file.type || file.name);
  const [width, height] = pdf ? [] : await shape(file).catch(() => []);
  const off = Math.abs(Math.log((width / height) / (number("width") / number("height"))));
  if (off < SAME || (root.dataset.ground !== "yes" && (pdf || off < ALIKE))) return { as: "background" };
  if (under?.kind === "image") return { as: `picture ${under.at}` };
  if (signers.length > 0) {
    const one = Math.floor(((x - under.area[0]) / under.area[2]) * signers.length);
    return { as: signers[Math.min(one, signers.length - 1)] };
  }
  return { as: "picture", x: round(x), y: round(y) };
}

/** A file that is dropped on the picture. */
function dropped(sheet) {
  for (const over of ["dragenter", "dragover"]) sheet.addEventListener(over, (event) => event.preventDefault());
  sheet.addEventListener("drop", async (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (!file) return;
    const form = root.querySelector("form.files");
    const files = event.dataTransfer.files;
    const place = await meant(file, event);
    form.elements.file.files = files;
    form.elements.as.value = place.as;
    for (const side of ["x", "y"]) {
      form.querySelector(`[name="${side}"]`)?.remove();
      if (place[side] !== undefined) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: side, value: place[side] }));
    }
    form.requestSubmit();
  });
}

/** What was asked last about the list: nobody waits for an older answer. */
let namesAsked = new AbortController();

/** Asks how the names of the event's list come out now. */
async function askNames() {
  const [asked, box] = [root, root.querySelector(".found-names")];
  namesAsked.abort();
  namesAsked = new AbortController();
  const answer = await fetch(root.dataset.names, { credentials: "same-origin", signal: namesAsked.signal }).catch(() => null);
  if (!answer?.ok || asked !== root) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("section[aria-labelledby=names]");
  found?.querySelector("h2")?.remove();
  if (found) box.replaceChildren(...found.childNodes);
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea, select")) return;
  const act = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  rest();
  root.querySelector(`input[name="act"][value="${act}"]`)?.form.requestSubmit();
});

if (root) build();
