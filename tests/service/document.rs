//! Reads the OpenAPI document as a caller does: which operations there are, and what their examples are.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// An operation, with what its examples refer to.
pub struct Operation {
    /// As the document has it.
    pub details: Value,
    path: String,
    schemas: Value,
}

/// Returns the operations of a document by `METHOD /path`.
pub fn operations(document: &impl serde::Serialize) -> BTreeMap<String, Operation> {
    let document = json!(document);
    let mut all = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, details) in methods.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
            let operation = Operation {
                details: details.clone(),
                path: path.clone(),
                schemas: document["components"]["schemas"].clone(),
            };
            all.insert(format!("{} {path}", method.to_uppercase()), operation);
        }
    }
    all
}

impl Operation {
    /// Returns the parameters of a kind.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.details["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place).collect()
    }

    /// Returns the path with the examples of its parameters, or with something that does not exist; and with the
    /// parameters of the query that must be there.
    pub fn path(&self) -> String {
        let mut path = self.path.clone();
        for parameter in self.parameters("path") {
            let name = parameter["name"].as_str().unwrap();
            path = path.replace(&format!("{{{name}}}"), parameter["example"].as_str().unwrap_or("nothing"));
        }
        for parameter in self.parameters("query").into_iter().filter(|one| one["required"] == true) {
            let value = self.example(&parameter["schema"], 0);
            let value = value.as_str().map_or(value.to_string(), str::to_owned);
            let mark = if path.contains('?') { '&' } else { '?' };
            path = format!("{path}{mark}{}={value}", parameter["name"].as_str().unwrap());
        }
        path
    }

    /// Returns the example of its JSON body.
    pub fn body(&self) -> Option<Value> {
        let content = &self.details["requestBody"]["content"]["application/json"];
        let given = [&content["example"]].into_iter().find(|value| !value.is_null());
        match given {
            Some(example) => Some(example.clone()),
            None if content.is_null() => None,
            None => Some(self.example(&content["schema"], 0)),
        }
    }

    fn example(&self, schema: &Value, depth: usize) -> Value {
        let schema = match schema["$ref"].as_str() {
            Some(reference) => &self.schemas[reference.rsplit('/').next().unwrap()],
            None => schema,
        };
        let given = [&schema["example"], &schema["examples"][0], &schema["enum"][0]];
        if let Some(given) = given.into_iter().find(|value| !value.is_null()) {
            return given.clone();
        }
        for one_of in ["oneOf", "anyOf"] {
            let choices = schema[one_of].as_array().into_iter().flatten();
            if let Some(choice) = choices.into_iter().find(|choice| choice["type"] != "null") {
                return self.example(choice, depth);
            }
        }
        if schema["properties"].is_object() && depth < 6 {
            let members = schema["properties"].as_object().unwrap();
            let wanted = schema["required"].as_array().cloned().unwrap_or_default();
            let wanted = members.iter().filter(|(name, _)| wanted.contains(&json!(name)));
            return wanted
                .map(|(name, part)| (name.clone(), self.example(part, depth + 1)))
                .collect::<Map<_, _>>()
                .into();
        }
        let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or("null");
        match kind {
            "array" => json!([self.example(&schema["items"], depth + 1)]),
            "boolean" => json!(true),
            "integer" | "number" => json!(1),
            "object" => json!({}),
            "string" if schema["format"] == "date-time" => json!("2026-11-22T09:00:00Z"),
            "string" => json!("text"),
            _ => Value::Null,
        }
    }
}
