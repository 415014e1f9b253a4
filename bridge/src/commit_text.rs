// SPDX-License-Identifier: Apache-2.0
//! The text of a commit in the shape that Spark gives it: commitInfo's fields and maps in Spark's order
//! and with what the kernel leaves out, then protocol, metaData, txn, and the files last.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::errors::{internal, Res};

/// What the caller wants in commitInfo beside the kernel's own fields.
#[derive(Debug, Clone, Default)]
pub struct CommitInfo {
    pub txn_id: String,
    pub read_version: u64,
    pub isolation_level: Option<String>,
    pub blind_append: bool,
    pub parameters: Vec<(String, String)>,
    pub metrics: Vec<(String, String)>,
}

fn string_map(pairs: &[(String, String)]) -> String {
    let fields: Vec<String> = pairs
        .iter()
        .map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), Value::from(v.as_str())))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn render(mut kernel: Map<String, Value>, ours: &CommitInfo) -> String {
    let mut fields: Vec<(String, String)> = Vec::new();
    let keep = |name: &str, from: &mut Map<String, Value>| {
        from.remove(name).map(|value| (name.to_string(), value.to_string()))
    };
    for name in ["inCommitTimestamp", "timestamp", "operation"] {
        fields.extend(keep(name, &mut kernel));
    }
    fields.push(("operationParameters".into(), string_map(&ours.parameters)));
    fields.push(("readVersion".into(), ours.read_version.to_string()));
    if let Some(level) = &ours.isolation_level {
        fields.push(("isolationLevel".into(), Value::from(level.as_str()).to_string()));
    }
    fields.push(("isBlindAppend".into(), ours.blind_append.to_string()));
    fields.push(("operationMetrics".into(), string_map(&ours.metrics)));
    fields.extend(keep("engineInfo", &mut kernel));
    fields.push(("txnId".into(), Value::from(ours.txn_id.as_str()).to_string()));
    // What is written above replaces the kernel's own; the rest (kernelVersion, tags) follows.
    let rest = kernel.into_iter().filter(|(name, _)| fields.iter().all(|(written, _)| written != name));
    let rest: Vec<_> = rest.map(|(name, value)| (name, value.to_string())).collect();
    let all: Vec<String> = fields.iter().chain(&rest).map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{\"commitInfo\":{{{}}}}}", all.join(","))
}

fn rank(line: &str) -> u8 {
    const ORDER: [&str; 4] = ["{\"commitInfo\"", "{\"protocol\"", "{\"metaData\"", "{\"txn\""];
    ORDER.iter().position(|start| line.starts_with(start)).unwrap_or(ORDER.len()) as u8
}

/// The kernel's NDJSON, reshaped.
pub fn shape(kernel: &[u8], ours: &CommitInfo) -> Res<Bytes> {
    let text = std::str::from_utf8(kernel).map_err(|e| internal(format!("commit is not UTF-8: {e}")))?;
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_by_key(|line| rank(line));
    let first = lines.first().filter(|line| rank(line) == 0).ok_or_else(|| internal("commit without commitInfo"))?;
    let Value::Object(mut action) = serde_json::from_str(first)? else {
        return Err(internal("commitInfo is no object"));
    };
    let Some(Value::Object(info)) = action.remove("commitInfo") else {
        return Err(internal("commitInfo is no object"));
    };
    let mut shaped = render(info, ours);
    for line in &lines[1..] {
        shaped.push('\n');
        shaped.push_str(line);
    }
    shaped.push('\n');
    Ok(Bytes::from(shaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> CommitInfo {
        CommitInfo {
            txn_id: "t-1".into(),
            read_version: 6,
            isolation_level: Some("Serializable".into()),
            blind_append: true,
            parameters: vec![("outputMode".into(), "Append".into()), ("epochId".into(), "7".into())],
            metrics: vec![("numAddedFiles".into(), "1".into())],
        }
    }

    #[test]
    fn fields_and_actions_stand_in_the_order_of_spark() {
        let kernel = concat!(
            r#"{"commitInfo":{"timestamp":5,"operation":"STREAMING UPDATE","operationParameters":{"x":"y"},"#,
            r#""kernelVersion":"v0","engineInfo":"e","txnId":"kernel's own"}}"#,
            "\n{\"add\":{\"path\":\"a\"}}\n{\"txn\":{\"appId\":\"q\",\"version\":7}}\n{\"metaData\":{}}\n"
        );
        let expected = concat!(
            r#"{"commitInfo":{"timestamp":5,"operation":"STREAMING UPDATE","#,
            r#""operationParameters":{"outputMode":"Append","epochId":"7"},"readVersion":6,"#,
            r#""isolationLevel":"Serializable","isBlindAppend":true,"operationMetrics":{"numAddedFiles":"1"},"#,
            r#""engineInfo":"e","txnId":"t-1","kernelVersion":"v0"}}"#,
            "\n{\"metaData\":{}}\n{\"txn\":{\"appId\":\"q\",\"version\":7}}\n{\"add\":{\"path\":\"a\"}}\n"
        );
        assert_eq!(shape(kernel.as_bytes(), &ours()).unwrap(), expected);
    }

    #[test]
    fn an_in_commit_timestamp_comes_first() {
        let kernel = "{\"commitInfo\":{\"timestamp\":5,\"inCommitTimestamp\":9,\"operation\":\"WRITE\"}}\n";
        let text = shape(kernel.as_bytes(), &ours()).unwrap();
        assert!(text.starts_with(br#"{"commitInfo":{"inCommitTimestamp":9,"timestamp":5,"#), "{text:?}");
    }

    #[test]
    fn a_commit_without_commit_info_is_refused() {
        assert!(shape(b"{\"add\":{}}\n", &ours()).is_err());
    }
}
