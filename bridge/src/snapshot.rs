// SPDX-License-Identifier: Apache-2.0
//! Snapshots: load, refresh, adopt a checkpoint, and what one says about its table.

use std::ffi::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};

use delta_kernel::actions::Protocol;
use delta_kernel::snapshot::{IncrementalReplay, PublicationWatermark, SnapshotHint, SnapshotHintFreshness};
use delta_kernel::table_features::{Operation, TableFeature};
use delta_kernel::{Engine, KernelResult, LogPath, Snapshot, SnapshotRef};
use serde_json::json;

use crate::abi::{arg, c_string, db_error, guard, handle, out};
use crate::engine::db_engine;
use crate::errors::{invalid, Fail, Res, CORRUPT, NOT_FOUND};
use crate::hintless::HintlessEngine;
use crate::legacy::legacy_view;

/// `legacy`: the log's own protocol when the kernel sees a substitute (legacy.rs).
pub struct db_snapshot {
    pub kernel: SnapshotRef,
    pub legacy: Option<Protocol>,
}

pub fn give(result: *mut *mut db_snapshot, kernel: SnapshotRef, legacy: Option<Protocol>) -> Res<()> {
    *out(result, "snapshot")? = Box::into_raw(Box::new(db_snapshot { kernel, legacy }));
    Ok(())
}

/// Builds with the engine's hint, and once more without it if the hint leads nowhere.
fn build(engine: &db_engine, make: impl Fn(&dyn Engine) -> KernelResult<SnapshotRef>) -> Res<SnapshotRef> {
    let first: Fail = match make(engine.kernel()) {
        Ok(snapshot) => return Ok(snapshot),
        Err(e) => e.into(),
    };
    if first.0 != CORRUPT && first.0 != NOT_FOUND {
        return Err(first);
    }
    match make(&HintlessEngine::over(engine.kernel())) {
        Ok(snapshot) if reaches_back_to_a_start(&snapshot) => Ok(snapshot),
        _ => Err(first),
    }
}

/// Without the hint the kernel takes any unbroken run of commits for a whole history, also one whose
/// beginning went with the checkpoint.
fn reaches_back_to_a_start(snapshot: &SnapshotRef) -> bool {
    let segment = snapshot.log_segment();
    let first = segment.listed.ascending_commit_files.first();
    segment.checkpoint_version.is_some() || first.is_some_and(|commit| commit.version == 0)
}

pub fn load(engine: &db_engine, version: Option<u64>) -> Res<SnapshotRef> {
    build(engine, |kernel| {
        let mut builder =
            Snapshot::builder_for(engine.url.as_str()).with_incremental_crc_replay(IncrementalReplay::Unlimited);
        if let Some(version) = version {
            builder = builder.at_version(version);
        }
        builder.build(kernel)
    })
}

fn refresh(engine: &db_engine, base: &SnapshotRef) -> Res<SnapshotRef> {
    build(engine, |kernel| {
        Snapshot::builder_from(base.clone())
            .with_incremental_crc_replay(IncrementalReplay::Unlimited)
            .build(kernel)
    })
}

/// `newest` with its log reaching back to `maintained`'s checkpoint only: no I/O.
fn adopt(engine: &db_engine, newest: &SnapshotRef, maintained: &SnapshotRef) -> Res<SnapshotRef> {
    let old = &newest.log_segment().listed;
    let new = &maintained.log_segment().listed;
    let checkpoint = new.checkpoint_parts.first().ok_or_else(|| invalid("no checkpoint to adopt"))?.version;
    let crc = [&old.latest_crc_file, &new.latest_crc_file]
        .into_iter()
        .flatten()
        .filter(|crc| crc.version >= checkpoint)
        .max_by_key(|crc| crc.version);
    let paths = new
        .checkpoint_parts
        .iter()
        .chain(old.ascending_commit_files.iter().filter(|commit| commit.version > checkpoint))
        .chain(crc)
        .map(|path| LogPath::try_new(path.location.clone()))
        .collect::<KernelResult<Vec<_>>>()?;
    let table = newest.table_configuration();
    let hint = SnapshotHint::try_new(
        engine.url.as_str(),
        newest.version(),
        PublicationWatermark::PublishedThrough(newest.version()),
        paths,
        table.protocol().clone(),
        table.metadata().clone(),
        None,
        newest.crc_at_version().cloned(),
        SnapshotHintFreshness::Unverified,
    )?;
    Ok(Snapshot::builder_for(engine.url.as_str()).with_snapshot_hint(hint).build(engine.kernel())?)
}

fn describe(snapshot: &db_snapshot) -> serde_json::Value {
    let table = snapshot.kernel.table_configuration();
    let metadata = table.metadata();
    let protocol = snapshot.legacy.as_ref().unwrap_or(table.protocol());
    let names = |features: Option<&[TableFeature]>| {
        features.map(|f| f.iter().map(|x| x.as_ref().to_string()).collect::<Vec<_>>())
    };
    json!({
        "version": snapshot.kernel.version(),
        "id": metadata.id(),
        "schema": metadata.schema_string(),
        "partitionColumns": metadata.partition_columns(),
        "configuration": metadata.configuration(),
        "minReaderVersion": protocol.min_reader_version(),
        "minWriterVersion": protocol.min_writer_version(),
        "readerFeatures": names(protocol.reader_features()),
        "writerFeatures": names(protocol.writer_features()),
        "substituted": snapshot.legacy.is_some(),
        "refused": table.ensure_operation_supported(Operation::Write).err().map(|e| e.to_string()),
        "checkpointVersion": snapshot.kernel.log_segment().checkpoint_version,
        "checksumAtVersion": snapshot.kernel.crc_at_version().is_some(),
    })
}

#[no_mangle]
pub extern "C" fn db_snapshot_load(
    engine: *const db_engine, version: i64, result: *mut *mut db_snapshot, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let (kernel, legacy) = legacy_view(load(handle(engine, "engine")?, u64::try_from(version).ok())?)?;
        give(result, kernel, legacy)
    })
}

#[no_mangle]
pub extern "C" fn db_snapshot_refresh(
    engine: *const db_engine, base: *const db_snapshot, result: *mut *mut db_snapshot, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?;
        let base = handle(base, "snapshot")?;
        // A substitute protocol must not be carried along: a newer version may use what the old did not.
        let kernel = match base.legacy {
            Some(_) => load(engine, None)?,
            None => refresh(engine, &base.kernel)?,
        };
        let (kernel, legacy) = legacy_view(kernel)?;
        give(result, kernel, legacy)
    })
}

#[no_mangle]
pub extern "C" fn db_snapshot_adopt(
    engine: *const db_engine, newest: *const db_snapshot, maintained: *const db_snapshot,
    result: *mut *mut db_snapshot, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let newest = handle(newest, "newest")?;
        let kernel = adopt(handle(engine, "engine")?, &newest.kernel, &handle(maintained, "maintained")?.kernel)?;
        give(result, kernel, newest.legacy.clone())
    })
}

#[no_mangle]
pub extern "C" fn db_snapshot_free(snapshot: *mut db_snapshot) {
    if !snapshot.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(snapshot) })));
    }
}

#[no_mangle]
pub extern "C" fn db_snapshot_version(snapshot: *const db_snapshot) -> u64 {
    unsafe { snapshot.as_ref() }.map_or(u64::MAX, |s| s.kernel.version())
}

#[no_mangle]
pub extern "C" fn db_snapshot_info(snapshot: *const db_snapshot, result: *mut *mut c_char, err: *mut db_error) -> i32 {
    guard(err, || {
        *out(result, "json")? = c_string(describe(handle(snapshot, "snapshot")?).to_string());
        Ok(())
    })
}

#[no_mangle]
pub extern "C" fn db_app_version(
    engine: *const db_engine, snapshot: *const db_snapshot, app_id: *const c_char, version: *mut i64, found: *mut bool,
    err: *mut db_error,
) -> i32 {
    guard(err, || {
        let kernel = handle(engine, "engine")?.kernel();
        let last = handle(snapshot, "snapshot")?.kernel.get_app_id_version(arg(app_id, "app_id")?, kernel)?;
        *out(found, "found")? = last.is_some();
        *out(version, "version")? = last.unwrap_or(-1);
        Ok(())
    })
}
