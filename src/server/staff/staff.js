// What pages do where there is script; they work without. Parts that change are asked for anew; a form is sent once.
"use strict";
// A narrow window folds the menu; a wide one has no way to open it, so it is open there.
const menu = document.querySelector(".menu");
const narrow = matchMedia("(max-width: 60rem)");
const fold = () => { if (menu) menu.open = !narrow.matches; };
fold();
narrow.addEventListener("change", fold);

const live = document.querySelector("[data-live]");
async function refresh() {
  try {
    const response = await fetch(live.dataset.live, { credentials: "same-origin" });
    if (response.redirected || !response.ok) return location.reload();
    live.innerHTML = await response.text();
    if (response.headers.get("x-over")) return location.reload();
  } catch {
    // The service does not answer; it is asked again.
  }
  setTimeout(refresh, 1500);
}
if (live) setTimeout(refresh, 1000);
// Where no part changes by itself the whole page is asked for anew, unless somebody is filling something in.
const again = document.querySelector("[data-refresh]");
const reload = () => (document.activeElement?.matches("input, textarea, select") ? setTimeout(reload, 1000) : location.reload());
if (again && !live) setTimeout(reload, again.dataset.refresh * 1000);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
// What a form would do is counted anew while it is filled in; without script there is a button for it.
const counted = document.querySelector("[data-counted]");
if (counted) {
  const form = counted.closest("form");
  let waits;
  let asked = 0;
  const count = async () => {
    const mine = (asked += 1);
    const body = new URLSearchParams(new FormData(form));
    body.delete("once");
    body.set("count", "yes");
    try {
      const response = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin" });
      const text = await response.text();
      // Only what is filled in now counts.
      if (response.ok && mine === asked) counted.innerHTML = text;
    } catch {
      // The service does not answer; the button says so.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(count, 400);
  });
}
// Whoever comes back by the browser's own button may send again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// The secret of a link is in the fragment, which no server sees: it goes into the form, and out of the address.
const secret = document.getElementById("token");
if (secret) {
  if (location.hash.length > 1) secret.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  const field = secret.closest(".field");
  field.hidden = secret.value !== "" && !field.querySelector(".problem");
  for (const link of document.querySelectorAll(".languages a")) link.hash = secret.value;
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}
