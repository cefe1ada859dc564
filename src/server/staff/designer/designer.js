// Handles over the picture of a design: real buttons that are dragged, resized and moved by keys. What is done is sent as the forms of
// the page send it, and the page's own answer takes the place of what was there: the service alone knows and draws a design.

const STEP = 1;
const FINE = 0.1;
const COARSE = 10;
const MARGIN = 10;
const GRID = 5;
/** How near, in millimetres, an edge is drawn to a line. */
const NEAR = 1.5;
const PAUSE = 350;

let root = document.getElementById("design");
let gridOn = false;
let queue = Promise.resolve();
/** What the arrow keys have moved, and was not sent yet. */
let moved = null;
let timer = 0;
let asking = 0;

const round = (number) => Math.round(number * 100) / 100;
const number = (name) => Number(root.dataset[name]);
const elements = () => [...root.querySelectorAll("[data-element]")].reverse().map((details) => ({
  at: Number(details.dataset.element),
  kind: details.dataset.kind,
  label: details.dataset.label,
  locked: details.dataset.locked === "yes",
  area: details.dataset.area?.split(" ").map(Number),
  details,
}));
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
  const grip = active?.classList.contains("grip");
  const twin = active?.name && active.value ? `[name="${CSS.escape(active.name)}"][value="${CSS.escape(active.value)}"]` : null;
  const typed = within && "defaultValue" in active && active.type !== "file" && active.value !== active.defaultValue ? active.value : null;
  const open = [...root.querySelectorAll("details[open][id]")].map((one) => one.id);
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
  if (!within) return;
  const [first] = picked();
  const back = (id && document.getElementById(id)) || (grip && root.querySelector(".grip")) || (at !== undefined && handle(first ?? at)) || (twin && root.querySelector(twin));
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
  for (const { at, details } of elements()) details.open = all.length === 1 && all[0] === at;
  root.querySelector(".grip")?.remove();
  const one = elements().find(({ at }) => all.length === 1 && at === all[0]);
  if (!one?.area || one.locked) return;
  const grip = make("button", { type: "button", className: "grip" }, root.querySelector(".handles"));
  grip.setAttribute("aria-label", `${root.dataset.resize}: ${one.label}`);
  gripAt(one.area);
  grip.addEventListener("pointerdown", (event) => drag(event, one, resized));
  grip.addEventListener("keydown", (event) => {
    const by = arrow(event);
    if (by) nudge(event, one, by, resized);
  });
  handle(one.at)?.after(grip);
}

function gripAt([x, y, w, h]) {
  const grip = root.querySelector(".grip");
  if (!grip) return;
  grip.style.left = `${((x + w) / number("width")) * 100}%`;
  grip.style.top = `${((y + h) / number("height")) * 100}%`;
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
  gripAt([one.area[0] + dx, one.area[1] + dy, one.area[2], one.area[3]]);
  say(`${root.dataset.moved} x ${round(one.area[0] + dx)}, y ${round(one.area[1] + dy)} mm`);
  const free = elements().filter(({ at, locked }) => all.includes(at) && !locked).map(({ at }) => at);
  return { do: "move", elements: free, dx: round(dx), dy: round(dy) };
}
shifted.edges = ([x, y, w, h]) => [[x, x + w / 2, x + w], [y, y + h / 2, y + h]];

/** Shows an element with its lower right corner moved by so much; returns what says so. */
function resized(one, [dx, dy]) {
  const [x, y, w, h] = one.area;
  let [wide, high] = [Math.max(w + dx, 0.5), Math.max(h + dy, 0.5)];
  const field = (name) => Number(one.details.querySelector(`[name="${name}"]`).value);
  let values = { width: round(wide), height: round(high) };
  if (one.kind === "qr") {
    const wished = Math.abs(dx) > Math.abs(dy) ? wide : high;
    wide = high = Math.max(wished, number("floor"));
    values = { size: Math.ceil(wide * 100) / 100 };
  } else if (one.kind === "line") {
    const far = (from, other, by) => (from >= other ? round(from + by) : from);
    values = { x2: far(field("x2"), field("x1"), dx), y2: far(field("y2"), field("y1"), dy),
      x1: field("x1") > field("x2") ? round(field("x1") + dx) : field("x1"), y1: field("y1") > field("y2") ? round(field("y1") + dy) : field("y1") };
  } else if (one.kind === "path") {
    values = { scaleX: (field("scaleX") * wide) / Math.max(w, 0.01), scaleY: (field("scaleY") * high) / Math.max(h, 0.01) };
  }
  place(handle(one.at), [x, y, wide, high]);
  gripAt([x, y, wide, high]);
  say(one.kind === "qr" && wide < number("good") ? root.dataset.tooSmall : `${root.dataset.resized} ${round(wide)} × ${round(high)} mm`);
  return { do: "set", element: one.at, values };
}
resized.edges = ([x, y, w, h]) => [[x + w], [y + h]];

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
    const [edgesX, edgesY] = act.edges(one.area);
    let [lineX, lineY] = [null, null];
    if (!now.ctrlKey) {
      const x = snapped(edgesX.map((edge) => edge + by[0]), across);
      const y = snapped(edgesY.map((edge) => edge + by[1]), down);
      by = [by[0] + x[0], by[1] + y[0]];
      [lineX, lineY] = [x[1], y[1]];
    }
    guides(lineX, lineY);
    last = act(one, by);
  };
  const end = (over) => {
    target.removeEventListener("pointermove", follow);
    guides(null, null);
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

/** Keys of a handle besides the arrows. */
function key(event, one) {
  const by = arrow(event);
  if (by) {
    if (!picked().includes(one.at)) pick(one.at, false);
    return nudge(event, one, by, shifted);
  }
  const control = event.ctrlKey || event.metaKey;
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
  }
  for (const tick of ticks()) tick.addEventListener("change", marks);
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
  dropped(sheet);
  clearTimeout(asking);
  if (root.dataset.names) asking = setTimeout(askNames, 2 * PAUSE);
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

/** A number or choice of an element counts as soon as it is made. */
function changed(event) {
  const form = event.target.form;
  if (form?.closest(".element")) form.requestSubmit();
}

/** A file that is dropped on the picture. */
function dropped(sheet) {
  for (const over of ["dragenter", "dragover"]) sheet.addEventListener(over, (event) => event.preventDefault());
  sheet.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    const form = root.querySelector("form.files");
    form.elements.file.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

/** Asks how the names of the event's list come out now. */
async function askNames() {
  const [asked, box] = [root, root.querySelector(".found-names")];
  const answer = await fetch(root.dataset.names, { credentials: "same-origin" }).catch(() => null);
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
