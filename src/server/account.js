// The page behind a set-up link, an invitation or a reset: the token is in the fragment, which no server sees.
"use strict";
const first = location.pathname.endsWith("/setup");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
const form = document.getElementById("form");
const answer = document.getElementById("answer");
// What such a link ends with: 256 random bits in base32, and for a password before it whose it is.
const whole = first ? /^[a-z2-7]{52}$/ : /^[a-z0-9]+\.[a-z2-7]{52}$/;
if (whole.test(token)) {
  form.hidden = false;
} else {
  const broken = document.getElementById("broken");
  const from = first ? "The service printed it at its first start." : "Ask an owner for a new one.";
  broken.textContent = token
    ? `This link is not whole: copy all of it, to the last character. ${from}`
    : `This page needs the link with which you were asked to come here. ${from}`;
  broken.hidden = false;
}
if (first) {
  document.getElementById("title").textContent = "Set up Testamur: the first owner";
  document.getElementById("who").hidden = false;
  form.elements.name.required = true;
  form.elements.email.required = true;
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, email, password, again } = form.elements;
  if (password.value !== again.value) {
    answer.textContent = "The two passwords are not the same.";
    return;
  }
  const body = { token, password: password.value };
  if (first) Object.assign(body, { name: name.value, email: email.value });
  try {
    const response = await fetch(first ? "api/v1/setup" : "api/v1/password", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) {
      form.querySelector("button").disabled = true;
      answer.textContent = "Done. You can log in now.";
    } else {
      answer.textContent = (await response.json()).detail;
    }
  } catch {
    answer.textContent = "The service did not answer; try again.";
  }
});
