// SPDX-License-Identifier: Apache-2.0
//! The log as objects: read and put single commits, list and delete.

use std::ffi::{c_char, c_void};

use delta_kernel::object_store::{self, ObjectStore as _, ObjectStoreExt as _};
use futures::StreamExt as _;

use crate::abi::{arg, c_string, db_error, guard, handle, out, slice};
use crate::commit::{COMMITTED, CONFLICT, UNKNOWN};
use crate::engine::db_engine;
use crate::put::{put_if_absent, PutOutcome};

#[no_mangle]
pub extern "C" fn db_read_commit(
    engine: *const db_engine, version: u64, ndjson: *mut *mut c_char, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?;
        let path = engine.commit_path(version)?;
        let bytes = engine.runtime.block_on(async { engine.store.get(&path).await?.bytes().await })?;
        *out(ndjson, "ndjson")? = c_string(bytes.to_vec());
        Ok(())
    })
}

#[no_mangle]
pub extern "C" fn db_put_commit(
    engine: *const db_engine, version: u64, data: *const c_char, len: usize, outcome: *mut i32, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?;
        let path = engine.commit_path(version)?;
        let bytes = bytes::Bytes::copy_from_slice(slice(data.cast::<u8>(), len));
        let outcome = out(outcome, "outcome")?;
        match engine.runtime.block_on(put_if_absent(&engine.store, &path, bytes)) {
            PutOutcome::Committed => *outcome = COMMITTED,
            PutOutcome::Conflict => *outcome = CONFLICT,
            PutOutcome::Unknown(_) => *outcome = UNKNOWN,
            PutOutcome::Refused(fail) => return Err(fail),
        }
        Ok(())
    })
}

type ObjectCallback = extern "C" fn(*mut c_void, *const c_char, usize, i64, i64);

#[no_mangle]
pub extern "C" fn db_list(
    engine: *const db_engine, prefix: *const c_char, callback: ObjectCallback, context: *mut c_void, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?;
        let prefix = engine.path(arg(prefix, "prefix")?)?;
        let root = format!("{}/", engine.root);
        let mut objects = engine.store.list(Some(&prefix));
        while let Some(object) = engine.runtime.block_on(objects.next()) {
            let object = object?;
            let name = object.location.as_ref();
            let name = name.strip_prefix(&root).unwrap_or(name);
            let modified = object.last_modified.timestamp_millis();
            callback(context, name.as_ptr().cast::<c_char>(), name.len(), object.size as i64, modified);
        }
        Ok(())
    })
}

#[no_mangle]
pub extern "C" fn db_delete(engine: *const db_engine, path: *const c_char, err: *mut db_error) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?;
        let path = engine.path(arg(path, "path")?)?;
        match engine.runtime.block_on(engine.store.delete(&path)) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    })
}
