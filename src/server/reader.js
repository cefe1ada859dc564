// Shows openapi.json to a person. Everything is set as text, never as HTML.
"use strict";
const el = (name, text, ...children) => {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  node.append(...children);
  return node;
};

const resolve = (api, schema) => schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema;

/** An example of a schema: its own where it has one, else built from its parts. */
function example(api, schema, depth = 0) {
  schema = resolve(api, schema) ?? {};
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return example(api, choice.find((one) => one.type !== "null") ?? choice[0], depth);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => example(api, part, depth)));
  if (schema.enum) return schema.enum[0];
  const type = [schema.type].flat().find((one) => one !== "null");
  if (depth > 6) return null;
  if (type === "object" || schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, part]) => [name, example(api, part, depth + 1)]));
  }
  if (type === "array") return [example(api, schema.items, depth + 1)];
  return { integer: 1, number: 1, boolean: true, string: schema.format === "date-time" ? "2026-11-22T09:00:00Z" : "text" }[type] ?? null;
}

/** What is known of a schema's type, in a few words. */
function kindOf(api, schema) {
  const full = resolve(api, schema) ?? {};
  const choice = full.oneOf ?? full.anyOf;
  if (choice) return [...new Set(choice.filter((one) => one.type !== "null").map((one) => kindOf(api, one)))].join(" or ");
  if (full.enum) return full.enum.join(", ");
  if (full.format === "binary") return "file";
  const type = [full.type].flat().find((one) => one && one !== "null") ?? "";
  return type === "array" ? `list of ${kindOf(api, full.items)}` : full.properties ? "object" : type;
}

const describe = (api, schema) =>
  schema.description ?? (schema.oneOf ?? schema.anyOf)?.map((one) => one.description).find(Boolean) ?? resolve(api, schema).description;

/** The fields of a body, with what is said of each. */
function fields(api, schema) {
  schema = resolve(api, schema) ?? {};
  const rows = Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const needed = schema.required?.includes(name) ? ", required" : "";
    return el("tr", "", el("td", "", el("code", name)), el("td", kindOf(api, part) + needed), el("td", "", ...rich(describe(api, part))));
  });
  return rows.length ? [el("table", "", ...rows)] : [];
}

/** How a caller shows who it is. */
function access(api, method, details) {
  const ways = (details.security ?? api.security ?? []).flatMap((one) => Object.keys(one));
  const csrf = method === "get" ? "" : ", and its `csrfToken` as the header `x-csrf-token`";
  const session = `a session: the cookie of \`POST /api/v1/login\`${csrf}`;
  const told = { token: "an API token: `Authorization: Bearer TOKEN`", session };
  if (!ways.length) return [];
  const only = ways.length === 1 && ways[0] === "session" ? "Only for who is logged in, not for API tokens. " : "";
  return [el("p", "", ...rich(`${only}With ${ways.map((way) => told[way] ?? way).join("; or with ")}.`))];
}

/** A text with what stands between backticks as code. */
const rich = (text) => (text ?? "").split("`").map((part, at) => (at % 2 ? el("code", part) : part));
const paragraphs = (text) => (text ?? "").split("\n\n").filter(Boolean).map((part) => el("p", "", ...rich(part)));

function operation(api, path, method, details) {
  const node = el("details", "", el("summary", "", el("b", method.toUpperCase()), el("code", "/api/v1" + path.replace(/^\/api\/v1/, "")), el("span", details.summary)));
  node.append(...paragraphs(details.description));
  const needs = details["x-permission"];
  if (needs) node.append(el("p", needs === "public" ? "Open to everybody." : `Needs: ${[needs].flat().join(" or ")}`), ...access(api, method, details));
  if (details.parameters?.length) {
    const rows = details.parameters.map((one) => el("tr", "", el("td", "", el("code", one.name)), el("td", `${one.in}${one.required ? ", required" : ""}`), el("td", "", ...rich(one.description))));
    node.append(el("table", "", ...rows));
  }
  const body = details.requestBody?.content;
  for (const [kind, content] of Object.entries(body ?? {})) {
    node.append(el("p", `Body: ${kind}`), ...fields(api, content.schema));
    if (content.schema && kind.includes("json")) node.append(el("pre", JSON.stringify(content.example ?? example(api, content.schema), null, 2)));
  }
  for (const [status, answer] of Object.entries(details.responses ?? {})) {
    node.append(el("p", `${status} ${answer.description ?? ""}`));
    const [kind, content] = Object.entries(answer.content ?? {})[0] ?? [];
    if (content?.schema && kind.includes("json") && status.startsWith("2")) node.append(el("pre", JSON.stringify(example(api, content.schema), null, 2)));
  }
  node.dataset.text = `${method} ${path} ${details.summary ?? ""}`.toLowerCase();
  return node;
}

async function show() {
  const api = await (await fetch("openapi.json")).json();
  document.querySelector("#about").replaceChildren(...paragraphs(api.info.description));
  const byTag = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, details] of Object.entries(methods)) {
      if (!details.responses) continue;
      const tag = details.tags?.[0] ?? "Other";
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(operation(api, path, method, details));
    }
  }
  const main = document.querySelector("#operations");
  main.replaceChildren(...[...byTag].map(([tag, nodes]) => {
    const section = el("section", "", el("h2", tag), ...paragraphs(api.tags?.find((one) => one.name === tag)?.description), ...nodes);
    section.id = tag.replaceAll(" ", "-");
    return section;
  }));
  document.querySelector("#tags").replaceChildren(...[...byTag.keys()].map((tag) => Object.assign(el("a", tag), { href: "#" + tag.replaceAll(" ", "-") })));
  const find = document.querySelector("#find");
  find.hidden = false;
  find.addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const node of main.querySelectorAll("details")) node.hidden = !node.dataset.text.includes(wanted);
  });
}

// What the page says by itself stays.
show().catch((error) => document.querySelector("#about").append(el("p", `The document cannot be read: ${error.message}`)));
