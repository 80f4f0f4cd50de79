// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The paths of a page, in few bytes: names stand once, and a point is a list.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::error::{ErrorKind, Result};
use crate::model::Endpoint;
use crate::query::path::{paths_json, paths_of};
use crate::store::Stage;

/// Texts that stand in many places, by number.
#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.numbers.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    pub fn into_list(self) -> Vec<String> {
        self.names
    }
}

/// The worst paths of rows of the endpoint table.
pub(super) fn of_rows(
    stage: &Arc<Stage>,
    rows: &[(u32, Endpoint)],
    names: &mut Names,
) -> Result<Vec<Value>> {
    let paths = match paths_of(stage, rows) {
        Ok(paths) => paths_json(&paths),
        // The page has all else of such a stage.
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let reason = json!({ "reason": error.to_string(), "points": [], "launch": [] });
            return Ok(vec![reason; rows.len()]);
        }
        Err(error) => return Err(error),
    };
    let checks = paths["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(checks.iter().map(|check| path(check, names)).collect())
}

fn path(check: &Value, names: &mut Names) -> Value {
    let mut points = |field: &str| -> Vec<Value> {
        let list = check[field].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|of| point(of, names)).collect()
    };
    json!({
        "launch": points("source_clock_path"),
        "points": points("source_path"),
        "startpoint": check["startpoint"],
        "group": check["path_group"],
        "type": check["type"],
        "origin": check["origin"],
        "reason": check["reason"],
        "ties": check["ties"],
        "arrival": check["data_arrival_time"],
        "crpr": check["crpr"],
        "margin": check["margin"],
        "required": check["required_time"],
        "slack": check["slack"],
    })
}

/// Pin, edge, cell, arrival, slew, delay.
fn point(of: &Value, names: &mut Names) -> Value {
    let pin = names.number(of["pin"].as_str().unwrap_or_default());
    let cell = names.number(of["cell"].as_str().unwrap_or_default());
    let edge = if of["transition"] == "fall" { "v" } else { "^" };
    json!([pin, edge, cell, of["arrival"], of["slew"], of["delay"]])
}
