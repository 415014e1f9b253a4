// SPDX-License-Identifier: Apache-2.0
//! Promises that a table's protocol names and the table does not use. Writer versions 3 to 6 mean "may
//! have CHECK constraints, generated or identity columns", and tables that were upgraded from them list
//! those as features; the kernel refuses to write or checkpoint, even when nothing uses them. If nothing
//! does, it is handed an equivalent protocol without them. The substitute lives in memory only: commits
//! and checkpoints take protocol actions from the log. A `.crc` would take it from memory, so none is
//! written for such a table (maintenance.rs).

use std::sync::Arc;

use delta_kernel::actions::{Metadata, Protocol};
use delta_kernel::table_configuration::TableConfiguration;
use delta_kernel::table_features::TableFeature;
use delta_kernel::{Snapshot, SnapshotRef};

use crate::errors::Res;

/// What the kernel cannot keep, and need not where nothing uses it.
const UNKEPT: [&str; 3] = ["checkConstraints", "generatedColumns", "identityColumns"];

fn uses_unkept(metadata: &Metadata) -> bool {
    metadata.configuration().keys().any(|k| k.starts_with("delta.constraints."))
        || metadata.schema_string().contains("delta.generationExpression")
        || metadata.schema_string().contains("delta.identity.")
}

/// Features that a version from 3 to 6 stands for, without the unkept ones.
fn features_of_version(reader: i32, writer: i32) -> Vec<String> {
    let mut features = vec!["appendOnly", "invariants"];
    if writer >= 4 {
        features.push("changeDataFeed");
    }
    if writer >= 5 && reader >= 2 {
        features.push("columnMapping");
    }
    features.into_iter().map(str::to_string).collect()
}

fn names(features: Option<&[TableFeature]>) -> Option<Vec<String>> {
    features.map(|list| list.iter().map(|feature| feature.as_ref().to_string()).collect())
}

fn substitute(protocol: &Protocol) -> Res<Option<Protocol>> {
    let (reader, writer) = (protocol.min_reader_version(), protocol.min_writer_version());
    if (3..=6).contains(&writer) {
        let none: Option<Vec<String>> = None;
        return Ok(Some(Protocol::try_new(reader, 7, none, Some(features_of_version(reader, writer)))?));
    }
    let listed = names(protocol.writer_features()).unwrap_or_default();
    let kept: Vec<String> = listed.iter().filter(|name| !UNKEPT.contains(&name.as_str())).cloned().collect();
    if kept.len() == listed.len() {
        return Ok(None);
    }
    Ok(Some(Protocol::try_new(reader, writer, names(protocol.reader_features()), Some(kept))?))
}

/// The snapshot as the kernel may write to it, and the log's own protocol if that took a substitute.
pub fn legacy_view(snapshot: SnapshotRef) -> Res<(SnapshotRef, Option<Protocol>)> {
    let table = snapshot.table_configuration();
    let protocol = table.protocol().clone();
    let metadata = table.metadata().clone();
    let Some(instead) = substitute(&protocol)?.filter(|_| !uses_unkept(&metadata)) else {
        return Ok((snapshot, None));
    };
    let table = TableConfiguration::try_new(metadata, instead, table.table_root().clone(), table.version())?;
    Ok((Arc::new(Snapshot::new(snapshot.log_segment().clone(), table)?), Some(protocol)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_follow_the_protocol_of_their_version() {
        assert_eq!(features_of_version(1, 3), ["appendOnly", "invariants"]);
        assert_eq!(features_of_version(1, 4), ["appendOnly", "invariants", "changeDataFeed"]);
        assert_eq!(features_of_version(2, 5), ["appendOnly", "invariants", "changeDataFeed", "columnMapping"]);
        assert_eq!(features_of_version(1, 6), ["appendOnly", "invariants", "changeDataFeed"]);
    }

    #[test]
    fn only_a_protocol_with_unkept_features_is_replaced() {
        let none: Option<Vec<&str>> = None;
        let plain = Protocol::try_new(1, 7, none.clone(), Some(vec!["appendOnly"])).unwrap();
        assert!(substitute(&plain).unwrap().is_none());
        let upgraded = Protocol::try_new(1, 7, none, Some(vec!["appendOnly", "checkConstraints"])).unwrap();
        let instead = substitute(&upgraded).unwrap().unwrap();
        assert_eq!(names(instead.writer_features()).unwrap(), ["appendOnly"]);
    }
}
