// SPDX-License-Identifier: Apache-2.0
//! Table checkpoints and version checksums.

use crate::abi::{db_error, guard, handle};
use crate::engine::db_engine;
use crate::errors::{Fail, UNSUPPORTED};
use crate::snapshot::{db_snapshot, give};

#[no_mangle]
pub extern "C" fn db_checkpoint(
    engine: *const db_engine, snapshot: *const db_snapshot, after: *mut *mut db_snapshot, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let snapshot = handle(snapshot, "snapshot")?;
        // None: V1, or V2 where the table asks for it.
        let (_, new) = snapshot.kernel.checkpoint(handle(engine, "engine")?.kernel(), None)?;
        give(after, new, snapshot.legacy.clone())
    })
}

#[no_mangle]
pub extern "C" fn db_checksum(
    engine: *const db_engine, snapshot: *const db_snapshot, after: *mut *mut db_snapshot, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let snapshot = handle(snapshot, "snapshot")?;
        if snapshot.legacy.is_some() {
            return Err(Fail(UNSUPPORTED, "no .crc for a table whose protocol is substituted in memory".into()));
        }
        let (_, new) = snapshot.kernel.write_checksum(handle(engine, "engine")?.kernel())?;
        give(after, new, None)
    })
}
