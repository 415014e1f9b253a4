// SPDX-License-Identifier: Apache-2.0
//! The live files of a snapshot, handed out one by one.

use std::ffi::{c_char, c_void};

use delta_kernel::arrow::array::{Array as _, AsArray as _, MapArray, RecordBatch};
use delta_kernel::arrow::datatypes::Int64Type;
use delta_kernel::engine::arrow_data::ArrowEngineData;

use crate::abi::{db_error, guard, handle};
use crate::engine::db_engine;
use crate::errors::{internal, Res};
use crate::snapshot::db_snapshot;

#[repr(C)]
pub struct db_text {
    data: *const c_char,
    len: usize,
}

#[repr(C)]
pub struct db_file {
    path: db_text,
    stats_json: db_text,
    size: i64,
    modification_time_ms: i64,
    deleted_rows: i64,
    n_partition_values: usize,
    partition_keys: *const db_text,
    partition_values: *const db_text,
}

type FileCallback = extern "C" fn(*mut c_void, *const db_file);

fn text(s: &str) -> db_text {
    db_text { data: s.as_ptr().cast::<c_char>(), len: s.len() }
}

const NULL: db_text = db_text { data: std::ptr::null(), len: 0 };

fn partition_of(maps: &MapArray, row: usize) -> (Vec<db_text>, Vec<db_text>) {
    let (keys, values) = (maps.keys().as_string::<i32>(), maps.values().as_string::<i32>());
    let entries = maps.value_offsets()[row] as usize..maps.value_offsets()[row + 1] as usize;
    let value = |i: usize| if values.is_null(i) { NULL } else { text(values.value(i)) };
    (entries.clone().map(|i| text(keys.value(i))).collect(), entries.map(value).collect())
}

fn hand_out(batch: &RecordBatch, selected: &[bool], callback: FileCallback, context: *mut c_void) -> Res<()> {
    let column = |name: &str| batch.column_by_name(name).ok_or_else(|| internal(format!("no column {name}")));
    let paths = column("path")?.as_string::<i32>();
    let stats = column("stats")?.as_string::<i32>();
    let sizes = column("size")?.as_primitive::<Int64Type>();
    let times = column("modificationTime")?.as_primitive::<Int64Type>();
    let vectors = column("deletionVector")?.as_struct();
    let deleted = vectors.column_by_name("cardinality").ok_or_else(|| internal("no cardinality"))?;
    let deleted = deleted.as_primitive::<Int64Type>();
    let constants = column("fileConstantValues")?.as_struct();
    let maps = constants.column_by_name("partitionValues").ok_or_else(|| internal("no partitionValues"))?.as_map();
    for row in (0..batch.num_rows()).filter(|&row| selected.get(row).copied().unwrap_or(true)) {
        let (keys, values) = partition_of(maps, row);
        let file = db_file {
            path: text(paths.value(row)),
            stats_json: if stats.is_valid(row) { text(stats.value(row)) } else { NULL },
            size: sizes.value(row),
            modification_time_ms: times.value(row),
            deleted_rows: if vectors.is_valid(row) { deleted.value(row) } else { 0 },
            n_partition_values: keys.len(),
            partition_keys: keys.as_ptr(),
            partition_values: values.as_ptr(),
        };
        callback(context, &file);
    }
    Ok(())
}

#[no_mangle]
pub extern "C" fn db_files(
    engine: *const db_engine, snapshot: *const db_snapshot, callback: FileCallback, context: *mut c_void,
    err: *mut db_error,
) -> i32 {
    guard(err, || {
        let kernel = handle(engine, "engine")?.kernel();
        let snapshot = handle(snapshot, "snapshot")?.kernel.clone();
        let scan = snapshot.scan_builder().without_row_transforms().build()?;
        for part in scan.scan_metadata(kernel)? {
            let (data, selected) = part?.scan_files.into_parts();
            let data = ArrowEngineData::try_from_engine_data(data)?;
            hand_out(data.record_batch(), &selected, callback, context)?;
        }
        Ok(())
    })
}
